import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { insertAttention, insertedWeights } from "../insert/insert-attention.js";
import { readCard, withCard } from "../models/card/model-card.js";
import { finished, runSenet, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-fine-tune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const read = (file: string) => readOnnx(readFileSync(join(folder, file)));
const write = (path: string, content: Uint8Array) => {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** A small ResNet-18 by PyTorch's exporter, see `tests/goldens/make-exports.py`, for ten classes. */
function exported(file: string): Model {
  const path = fileURLToPath(new URL(`../../tests/goldens/exports/${file}.onnx`, import.meta.url));
  return importModel(readOnnx(readFileSync(path)));
}

function gated({ graph, weights }: Model): Model {
  const inserted = insertAttention(graph, { attention: { kind: "se", reduction: 4 } });
  return { graph: inserted.graph, weights: insertedWeights(inserted, weights) };
}

beforeAll(async () => {
  for (const [c, name] of ["blue", "green", "red"].entries()) {
    for (let i = 0; i < 10; i++) {
      const background = { r: c === 2 ? 200 + i : i, g: c === 1 ? 200 + i : 10 * i, b: c === 0 ? 200 + i : 5 };
      const image = await sharp({ create: { width: 32, height: 32, channels: 3, background } })
        .png()
        .toBuffer();
      write(`pictures/train/${name}/${i}.png`, image);
      if (i < 4) write(`pictures/val/${name}/${i}.png`, image);
    }
  }
  for (const kind of ["resnet18", "resnet18.folded"]) {
    const plain = exported(kind);
    write(`${kind}.onnx`, writeOnnx(plain.graph, plain.weights));
    const { graph, weights } = gated(plain);
    write(`se-${kind}.onnx`, writeOnnx(graph, weights));
  }
  const card = { classes: ["red", "green", "blue"], mean: [0.5, 0.4, 0.3], std: [0.3, 0.25, 0.2], provenance: {} };
  const { graph, weights } = read("se-resnet18.onnx");
  write(
    "ten.onnx",
    writeOnnx(withCard(graph, { ...card, classes: Array.from({ length: 10 }, (_, i) => `k${i}`) }), weights),
  );
});

const data = "--data folder:pictures --size 32 --batch 6 --epochs 1 --data-workers 1 --threads 1";

/** The parameters and statistics whose values differ between two files. */
function changed(before: Model, after: Model): string[] {
  return [...after.weights.keys()].filter((name) => {
    const [a, b] = [before.weights.get(name), after.weights.get(name)!];
    return a === undefined || Buffer.compare(bytes(a.data), bytes(b.data)) !== 0;
  });
}

const bytes = (data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe("senet train on a file with inserted gates", () => {
  it("moves gates and a head for other classes alone, and leaves batch norms as they were", async () => {
    const { code, stderr } = await senet(`train --model se-resnet18.onnx ${data} --train gates+head --out some`);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^senet: 9.weight, 9.bias start anew, for 3 classes$/m)]);
    const names = changed(read("se-resnet18.onnx"), read("some/model.onnx"));
    expect(names.filter((name) => !/\.se\./.test(name))).toEqual(["9.weight", "9.bias"]);
    expect(names.filter((name) => /\.se\./.test(name)).length).toBe(8);
    expect(readCard(read("some/model.onnx").graph).classes).toEqual(["blue", "green", "red"]);
    const config = JSON.parse(readFileSync(join(folder, "some/config.json"), "utf8")) as { recipe: object };
    expect(config.recipe).toMatchObject({ learn: ["@gates", "@head"] });
  });

  it("takes the file's mean and std, and its head where it has names for other classes", async () => {
    const { code, stderr } = await senet(`train --model ten.onnx ${data} --out own`);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/start anew, for 3 classes/)]);
    expect(readCard(read("own/model.onnx").graph)).toMatchObject({ mean: [0.5, 0.4, 0.3], std: [0.3, 0.25, 0.2] });
    await senet(`train --model own/model.onnx ${data} --std 0.5,0.5,0.5 --out again`);
    expect(readCard(read("again/model.onnx").graph)).toMatchObject({ mean: [0.5, 0.4, 0.3], std: [0.5, 0.5, 0.5] });
  });

  it("keeps a head whose classes it names in another order, and puts the data in that order", async () => {
    const { graph, weights } = read("own/model.onnx");
    const turned = { ...readCard(graph), classes: ["red", "green", "blue"] };
    write("turned.onnx", writeOnnx(withCard(graph, turned), weights));
    const { code, stderr } = await senet(`train --model turned.onnx ${data} --out turned`);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("start anew")]);
    expect(readCard(read("turned/model.onnx").graph).classes).toEqual(["red", "green", "blue"]);
  });

  it("puts back batch norms, with every kind of regularisation on, and goes on after a stop", async () => {
    const mixed = "--smoothing 0.1 --mixup 0.2 --cutmix 1 --aa rand-m9-mstd0.5-inc1 --reprob 0.5 --model-ema";
    const rates = "--lr 0.01 --lr-group @gates=10 --lr-group onnx*=0.5 --layer-decay 0.8";
    const line = `train --model se-resnet18.folded.onnx ${data} --epochs 2 --unfold-bn ${mixed} ${rates}`;
    const whole = await senet(`${line} --out whole`);
    expect([whole.code, whole.stderr]).toEqual([0, expect.stringMatching(/put batch norms behind 6 convolutions/)]);
    const { graph } = read("whole/model.onnx");
    expect(graph.nodes.filter(({ op }) => op === "BatchNormalization").length).toBe(6);
    const halted = startSenet(folder, ...`${line} --out halted`.split(" "));
    halted.stderr!.on("data", (text) => String(text).includes("epoch 1/2") && halted.kill("SIGINT"));
    await finished(halted);
    const resumed = await senet("train --resume halted");
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("going on")]);
    expect(readFileSync(join(folder, "halted/model.onnx")).equals(readFileSync(join(folder, "whole/model.onnx")))).toBe(
      true,
    );
  });

  it.each([
    ["resnet18.onnx --train gates", /^senet: got "@gates" for \S+ without attention gates; .*senet insert/],
    ["se-resnet18.onnx --train gates", /the last layer starts anew, and 9\.weight frozen; let it learn \(--train\)\n$/],
    [
      "se-resnet18.onnx --unfold-bn",
      /got no convolution whose batch norm was folded away .*leave it as it is \(--unfold-bn\)\n$/,
    ],
    ["se-resnet18.onnx --std 0.5,0,0.5", /^senet: --std: got 0.5,0,0.5; expected numbers above 0\n$/],
    ["se-resnet18.onnx --mean 0.5", /^senet: --mean: got 0.5; expected 3 numbers, one for each channel\n$/],
  ])("refuses --model %s in one line", async (model, message) => {
    const { code, stderr } = await senet(`train --model ${model} ${data} --out refused`);
    expect([code, stderr.split("\n").slice(-2).join("\n")]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("senet compare of files", () => {
  it("fine-tunes both from what they hold, and says what the gates did", async () => {
    const models = "--models ten.onnx,resnet18.onnx,se-resnet18.onnx";
    const { code, stdout } = await senet(`compare ${models} ${data} --seeds 2 --lr-group @gates=10 --out c --json`);
    expect(code).toBe(0);
    const results = JSON.parse(stdout) as {
      models: { name: string; attention: string; params: number; runs: { model: string }[] }[];
    };
    expect(results.models.map(({ name, attention }) => [name, attention])).toEqual([
      ["ten", "se reduction=4"],
      ["resnet18", "none"],
      ["se-resnet18", "se reduction=4"],
    ]);
    expect(readCard(read(`c/${results.models[0]!.runs[1]!.model}`).graph).mean).toEqual([0.5, 0.4, 0.3]);
    const frozen = await senet(`compare --models ten.onnx,se-resnet18.onnx ${data} --train gates --out d`);
    expect([frozen.code, frozen.stderr]).toEqual([
      2,
      expect.stringMatching(/^senet: ten: got data of other classes, .* and 9\.weight frozen; .*\n$/),
    ]);
    const refused = await senet(`compare --models resnet18.onnx,resnet20 ${data} --lr-group @gates=10 --out d`);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/^senet: got "@gates" for .*\n$/)]);
  });
});
