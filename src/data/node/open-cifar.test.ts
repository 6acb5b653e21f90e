import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildTar } from "../../files/build-tar.test.helper.js";
import { openDataset } from "./open.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "senet-cifar-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Records of one image each: the label bytes, then pixels 0, 1, 2, … wrapping at 256. */
function records(labelBytes: number, labels: readonly number[]): Uint8Array {
  const pixels = Array.from({ length: 3072 }, (_, i) => i & 255);
  return Uint8Array.from(labels.flatMap((label) => [...new Array<number>(labelBytes - 1).fill(0), label, ...pixels]));
}

type Files = Record<string, Uint8Array | string>;
const tiny: Files = {
  "data_batch_1.bin": records(1, [1, 2]),
  "data_batch_2.bin": records(1, [3]),
  "data_batch_10.bin": records(1, [9]),
  "test_batch.bin": records(1, [4]),
  "batches.meta.txt": "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n",
};
for (let i = 3; i < 10; i++) tiny[`data_batch_${i}.bin`] = records(1, [0]);

async function write(where: string, files: Files): Promise<void> {
  await mkdir(where, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(where, name), content);
}

function tarOf(files: Files): Uint8Array {
  const entries = Object.entries(files).map(([name, content]) => ({ name: `cifar-10-batches-bin/${name}`, content }));
  return buildTar([{ name: "cifar-10-batches-bin/", type: "5" }, ...entries]);
}

async function expectTiny(path: string): Promise<void> {
  const { name, classes, channels, height, width, train, test, augment } = await openDataset(`cifar10:${path}`);
  expect({ name, channels, height, width }).toEqual({ name: "cifar10", channels: 3, height: 32, width: 32 });
  expect(classes.join("")).toBe("abcdefghij");
  expect(Array.from(train.labels)).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 9]); // batch 10 after batch 9
  expect(Array.from(test.labels)).toEqual([4]);
  expect(augment).toEqual({ flip: true, pad: 4 });
}

describe("openDataset of CIFAR", () => {
  it("opens a folder of .bin files, and the folder around it", async () => {
    await write(join(folder, "cifar-10-batches-bin"), tiny);
    await expectTiny(join(folder, "cifar-10-batches-bin"));
    await expectTiny(folder);
  });

  it.each(["x.tar", "x.tar.gz", "x.tgz"])("opens the archive %s, and the folder around it", async (name) => {
    const tar = tarOf(tiny);
    await write(folder, { [name]: name === "x.tar" ? tar : gzipSync(tar) });
    await expectTiny(join(folder, name));
    await expectTiny(folder);
  });

  it("opens CIFAR-100 with its fine labels and built-in names", async () => {
    await write(folder, { "train.bin": records(2, [99, 0]), "test.bin": records(2, [50]) });
    const { classes, train, test } = await openDataset(`cifar100:${folder}`);
    expect(Array.from(train.labels).map((label) => classes[label])).toEqual(["worm", "apple"]);
    expect(Array.from(test.labels)).toEqual([50]);
  });

  it("keeps the first images of each split", async () => {
    await write(folder, tiny);
    const { train, test } = await openDataset(`cifar10:${folder}`, { trainLimit: 2, testLimit: 5 });
    expect([Array.from(train.labels), test.length]).toEqual([[1, 2], 1]);
  });

  const files = "expected data_batch_*.bin and test_batch.bin";
  it.each([
    ["an empty folder", {}, "FOLDER: got an empty folder; expected the files of a dataset"],
    [
      "other files",
      { "a.txt": "" },
      `FOLDER: got a folder of other files; ${files}, the folder cifar-10-batches-bin, or one archive`,
    ],
    ["two archives", { "a.tar": "", "b.tgz": "" }, `FOLDER: got several archives (a.tar, b.tgz); ${files}`],
    ["no test file", { "data_batch_1.bin": records(1, [1]) }, `FOLDER: got no test_batch.bin; ${files}`],
    ["no training file", { "test_batch.bin": records(1, [1]) }, `FOLDER: got no data_batch_1.bin; ${files}`],
    [
      "a gap",
      { ...tiny, "data_batch_5.bin": "", "data_batch_12.bin": "" },
      `FOLDER: got no data_batch_11.bin; ${files}`,
    ],
    [
      "a cut file",
      { ...tiny, "data_batch_5.bin": records(1, [1]).subarray(1) },
      "FOLDER/data_batch_5.bin: got 3072 bytes; expected a multiple of 3073",
    ],
    [
      "an empty file",
      { ...tiny, "test_batch.bin": "" },
      "FOLDER/test_batch.bin: got no images; expected records of 3073 bytes",
    ],
    [
      "a wrong label",
      { ...tiny, "data_batch_1.bin": records(1, [1, 77]) },
      "FOLDER/data_batch_1.bin: got label 77 in record 1; expected 0 to 9",
    ],
    [
      "too few names",
      { ...tiny, "batches.meta.txt": "a\nb\n" },
      "FOLDER/batches.meta.txt: got 2 names of classes; expected 10",
    ],
    [
      "a cut archive",
      { "x.tar": tarOf(tiny).subarray(0, 5000) },
      "FOLDER/x.tar: got an archive that ends at byte 5000",
    ],
    ["an archive of others", { "x.tar": buildTar([{ name: "a" }]) }, `FOLDER/x.tar: got no data_batch_1.bin; ${files}`],
  ] as [string, Files, string][])("explains %s", async (_, content, message) => {
    await write(folder, content);
    await expect(openDataset(`cifar10:${folder}`)).rejects.toThrow(message.replace("FOLDER", folder));
  });

  it("names the file inside an archive that is malformed", async () => {
    await write(folder, { "x.tar": tarOf({ ...tiny, "test_batch.bin": records(1, [10]) }) });
    const message = "x.tar: test_batch.bin: got label 10 in record 0; expected 0 to 9; is it another dataset's file?";
    await expect(openDataset(`cifar10:${folder}`)).rejects.toThrow(join(folder, message));
  });

  it("explains a path that is no folder and no archive", async () => {
    await write(folder, { "data_batch_1.bin": "" });
    const path = join(folder, "data_batch_1.bin");
    await expect(openDataset(`cifar10:${path}`)).rejects.toThrow(
      `${path}: got a file; expected a folder or a .tar, .tar.gz or .tgz archive`,
    );
  });
});

const data = process.env.SENET_TEST_DATA;
describe.skipIf(data === undefined)("CIFAR-10 itself (SENET_TEST_DATA)", () => {
  it("has 10,000 training images in the first batch and 10,000 test images, 1,000 of each class", async () => {
    const { train, test, classes, mean, std } = await openDataset(`cifar10:${data}/cifar-10-binary-20k.tar.gz`);
    expect([train.length, test.length]).toEqual([10_000, 10_000]);
    expect(classes.join(" ")).toBe("airplane automobile bird cat deer dog frog horse ship truck");
    const counts = new Array<number>(10).fill(0);
    for (const label of Array.from(test.labels)) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(1000));
    // The published values of the complete training split, 0.4914 0.4822 0.4465 and 0.2470 0.2435 0.2616.
    for (const [c, value] of [0.4914, 0.4822, 0.4465].entries()) expect(Math.abs(mean[c]! - value)).toBeLessThan(0.003);
    for (const [c, value] of [0.247, 0.2435, 0.2616].entries()) expect(Math.abs(std[c]! - value)).toBeLessThan(0.003);
  });
});
