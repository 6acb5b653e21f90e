import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataset } from "./open.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "senet-mnist-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Images of `height` × 2 pixels that count up from 0. */
function images(length: number, height = 2): Uint8Array {
  const pixels = Array.from({ length: length * height * 2 }, (_, i) => i);
  return Uint8Array.of(0, 0, 8, 3, 0, 0, 0, length, 0, 0, 0, height, 0, 0, 0, 2, ...pixels);
}
const labels = (...values: number[]) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values);

async function write(files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), name.endsWith(".gz") ? gzipSync(content) : content);
  }
}

describe("openDataset in the layout of MNIST", () => {
  it.each([
    ["-idx", ""],
    ["-idx", ".gz"],
    [".idx", ""],
    [".idx", ".gz"],
  ])("opens files spelt train-images%s3-ubyte%s", async (idx, end) => {
    await write({
      [`train-images${idx}3-ubyte${end}`]: images(3),
      [`train-labels${idx}1-ubyte${end}`]: labels(7, 8, 9),
      [`t10k-images${idx}3-ubyte${end}`]: images(1),
      [`t10k-labels${idx}1-ubyte${end}`]: labels(5),
    });
    const digits = await openDataset(`mnist:${folder}`, { trainLimit: 2 });
    const { name, channels, height, width, augment } = digits;
    expect({ name, channels, height, width, augment }).toEqual({
      name: "mnist",
      channels: 1,
      height: 2,
      width: 2,
      augment: { flip: false, pad: 2 },
    });
    expect([...Array.from(digits.train.labels), ...Array.from(digits.test.labels)]).toEqual([7, 8, 5]);
    const statistics = { mean: [0], std: [1 / 255] };
    const { value: batch } = await digits.train.batches({ batch: 2, statistics }).next();
    expect([...batch!.x].map(Math.round)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const { classes, augment: clothes } = await openDataset(`fashion-mnist:${folder}`);
    expect([classes.length, classes[9], clothes.flip]).toEqual([10, "Ankle boot", true]);
  });

  it("explains missing files, and splits that differ in size", async () => {
    await write({ "train-images-idx3-ubyte": images(1), "train-labels-idx1-ubyte": labels(0) });
    await expect(openDataset(`mnist:${folder}`)).rejects.toThrow(
      `${folder}: got no t10k-images-idx3-ubyte; expected it there, plain or with .gz`,
    );
    await write({ "t10k-images-idx3-ubyte": images(1, 3), "t10k-labels-idx1-ubyte": labels(0) });
    await expect(openDataset(`mnist:${folder}`)).rejects.toThrow(
      `${folder}: got test images of 3 × 2; expected 2 × 2 as in training`,
    );
    const file = join(folder, "train-images-idx3-ubyte");
    await expect(openDataset(`mnist:${file}`)).rejects.toThrow(`${file}: got a file; expected a folder`);
  });
});

const data = process.env.SENET_TEST_DATA;
describe.skipIf(data === undefined)("Fashion-MNIST itself (SENET_TEST_DATA)", () => {
  it("has 60,000 and 10,000 images of 28 × 28, as many of each class, mean 0.2860 and std 0.3530", async () => {
    const { train, test, height, width, mean, std } = await openDataset(`fashion-mnist:${data}/fashion-mnist`);
    expect([train.length, test.length, height, width]).toEqual([60_000, 10_000, 28, 28]);
    const counts = new Array<number>(10).fill(0);
    for (const label of Array.from(train.labels)) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(6000));
    expect([mean[0]!.toFixed(4), std[0]!.toFixed(4)]).toEqual(["0.2860", "0.3530"]); // as published
  });
});
