import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModel } from "../graph/node/read-model.js";
import { readCard } from "../models/card/model-card.js";
import { finished, runSenet, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-cli-images-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  for (const [c, name] of ["blue", "red"].entries()) {
    for (let i = 0; i < 12; i++) {
      const background = { r: c * 200 + i, g: 10 * i, b: 220 - c * 200 };
      const image = sharp({ create: { width: 20 + i, height: 24, channels: 3, background } });
      write(`pictures/train/${name}/${i}.jpg`, await image.jpeg().toBuffer());
      if (i < 4) write(`pictures/val/${name}/${i}.png`, await image.png().toBuffer());
    }
  }
  write("damaged/train/blue/1.jpg", readFileSync(join(folder, "pictures/train/blue/1.jpg")));
  for (const split of ["train", "val"]) {
    for (let i = 0; i < 4; i++) {
      write(`damaged/${split}/red/${i}.jpg`, readFileSync(join(folder, `pictures/train/red/${i}.jpg`)));
    }
    write(`damaged/${split}/blue/2.jpg`, readFileSync(join(folder, "pictures/train/blue/2.jpg")).subarray(0, 250));
    write(`damaged/${split}/blue/3.jpg`, readFileSync(join(folder, "pictures/train/blue/3.jpg")));
  }
});

function write(path: string, content: Uint8Array): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const start = (line: string) => startSenet(folder, ...line.split(" "));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const small = "--model resnet20 --size 16 --batch 4 --epochs 1 --data-workers 2";

describe("image files on the command line", () => {
  it("train a network with augmentation, which eval measures at its size", async () => {
    const more = "--aa rand-m9-mstd0.5-inc1 --reprob 0.3 --color-jitter 0.3 --vflip --scale 0.3,1";
    const { code, stderr } = await senet(`train --data folder:pictures ${small} ${more} --out trained`);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^epoch 1\/1 .*$/m)]);
    const { recipe } = JSON.parse(readFileSync(join(folder, "trained/config.json"), "utf8")) as { recipe: object };
    expect(recipe).toMatchObject({
      augment: {
        flip: true,
        verticalFlip: true,
        randomResizedCrop: { scale: [0.3, 1] },
        randAugment: "rand-m9-mstd0.5-inc1",
        randomErasing: { probability: 0.3, mode: "pixel" },
      },
    });
    const log = readFileSync(join(folder, "trained/metrics.jsonl"), "utf8").trimEnd().split("\n");
    const { testTop1 } = JSON.parse(log.at(-1)!) as { testTop1: number };
    const measured = await senet("eval --model trained/model.onnx --data folder:pictures --json");
    expect(JSON.parse(measured.stdout)).toMatchObject({ images: 8, top1: testTop1, classes: ["blue", "red"] });
    const all = await senet("eval --model trained/model.onnx --data folder:pictures/train --holdout 1 --json");
    expect(JSON.parse(all.stdout)).toMatchObject({ images: 24 });
  });

  it("train a network for images that are not square, whose file says so", async () => {
    const shape = "--size 16x24 --crop-mode border --crop-pct 0.8 --mean 0.4,0.5,0.6 --std 0.3,0.3,0.3";
    const trained = await senet(`train --data folder:pictures ${small} ${shape} --aa rand-m9 --cutmix 1 --out wide`);
    expect([trained.code, trained.stderr]).toEqual([0, expect.stringMatching(/^epoch 1\/1 .*$/m)]);
    const { graph } = readModel(join(folder, "wide/model.onnx"));
    expect(graph.inputs[0]!.shape.slice(1)).toEqual([3, 16, 24]);
    expect(readCard(graph)).toMatchObject({ resize: [20, 30], cropMode: "border", mean: [0.4, 0.5, 0.6] });
    const log = readFileSync(join(folder, "wide/metrics.jsonl"), "utf8");
    const { testTop1 } = JSON.parse(log) as { testTop1: number };
    const line = "eval --model wide/model.onnx --data folder:pictures --json";
    expect(JSON.parse((await senet(`${line} --tta flip --out said`)).stdout)).toMatchObject({ images: 8 });
    const page = readFileSync(join(folder, "said/report.html"), "utf8");
    expect(page).toContain("inside 20x30 with a border in the mean&#39;s colour, bilinear, rounded as keep-ratio");
    expect(JSON.parse((await senet(line)).stdout)).toMatchObject({ images: 8, top1: testTop1 });
    const { code, stderr } = await senet(`${line} --tta ten-crop`);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--tta: got ten-crop of photos with a border")]);
    const ten = await senet(`${line} --tta ten-crop --crop-mode center --crop-pct 0.8`);
    expect(JSON.parse(ten.stdout)).toMatchObject({ images: 8 });
    const resumed = await senet("train --resume wide --size 24x16");
    expect(resumed.stderr).toContain("--resume: got --size [24,16], but the run in wide was started with [16,24]");
  });

  it("that cannot be read end the run in one line, or are left out and listed once", async () => {
    const failed = await senet(`train --data folder:damaged ${small} --batch 7 --out failed`);
    expect([failed.code, failed.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^senet: damaged\/train\/blue\/2.jpg: got no image that can be read .* or skip such images \(--on-bad-image\)$/m,
      ),
    ]);
    const skipped = await senet(
      `train --data folder:damaged ${small} --batch 3 --on-bad-image skip --epochs 2 --out skipped`,
    );
    expect(skipped.code).toBe(0);
    const lines = skipped.stderr.split("\n").filter((line) => line.startsWith("senet: left out"));
    expect(lines).toEqual([
      expect.stringMatching(/^senet: left out damaged\/train\/blue\/2.jpg: /),
      expect.stringMatching(/^senet: left out damaged\/val\/blue\/2.jpg: /),
    ]);
    const ended = `train --data folder:damaged ${small} --batch 3 --epochs 2 --out ended`; // in its second step
    expect((await senet(ended)).code).toBe(2);
    expect((await senet("train --resume ended --on-bad-image skip")).code).toBe(0);
    const model = (run: string) => readFileSync(join(folder, run, "model.onnx"));
    expect(model("ended").equals(model("skipped"))).toBe(true);
    const { stdout } = await senet("eval --model skipped/model.onnx --data folder:damaged --on-bad-image skip --json");
    const { images, confusion } = JSON.parse(stdout) as { images: number; confusion: number[][] };
    expect([images, confusion.flat().reduce((sum, count) => sum + count, 0)]).toEqual([5, 5]);
  });

  it("leave nothing running after Ctrl-C", async () => {
    const child = start(`train --data folder:pictures ${small.replace("--epochs 1", "--epochs 500")} --out stopped`);
    await new Promise<void>((resolve) =>
      child.stderr!.on("data", (text: string) => /^epoch +1\//m.test(text) && resolve()),
    );
    const done = finished(child);
    child.kill("SIGINT");
    expect((await done).code).toBe(130);
  });
});
