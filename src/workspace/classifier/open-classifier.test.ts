import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preprocess } from "../../data/preprocess.js";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { cardEntries, withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { noiseImage } from "../../testing/noise-image.js";
import { runFile } from "../../testing/run-graph.js";
import { writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { findClassifier } from "./find-classifier.js";
import { openClassifier, type PhotoClassifier } from "./open-classifier.js";

const folder = mkdtempSync(join(tmpdir(), "senet-classifier-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (path: string) => join(folder, path);

const graph = createModel("seresnet20", { classes: 3 });
const weights = initialise(graph, 3);
const classes = ["cat", "dog", "fox"];
const like = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
const preprocessing = { height: 32, width: 32, resize: 40, interpolation: "bicubic", ...like } as const;
const photo = noiseImage(61, 47, 3, false);

let classifier: PhotoClassifier;
beforeAll(async () => {
  const card = { classes, ...cardEntries(preprocessing), provenance: {} };
  writeFileSync(at("m.onnx"), writeOnnx(withCard(graph, card), weights));
  writeFileSync(at("bare.onnx"), writeOnnx(graph, weights));
  writeFileSync(at("w.safetensors"), writeSafetensors(weights));
  mkdirSync(at("photos/inner"), { recursive: true });
  const { data, width, height } = photo;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  for (const name of ["a.png", "inner/c.png"]) await image.png().toFile(at(`photos/${name}`));
  writeFileSync(at("photos/b.png"), "no image");
  classifier = await openClassifier(at("m.onnx"), { threads: 1, workers: 1 });
});
afterAll(() => classifier.close());

describe("openClassifier", () => {
  it("says of a photo which classes it shows, the likeliest first", async () => {
    const answers = await classifier.classify(at("photos/a.png"));
    const x = { dtype: "float32", shape: [1, 3, 32, 32], data: preprocess(photo, preprocessing) } as const;
    const logits = (await runFile(writeOnnx(graph, weights), { x })).logits!.data as Float32Array;
    expect(answers).toHaveLength(3);
    for (const { index, label, logit } of answers) {
      expect(label).toBe(classes[index]);
      expect(logit).toBeCloseTo(logits[index]!, 4);
    }
    expect(answers.map(({ logit }) => logit)).toEqual([...answers.map(({ logit }) => logit)].sort((a, b) => b - a));
    expect(answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });

  it("takes a path, bytes or pixels alike", async () => {
    const [byPath, ...others] = await Promise.all([
      classifier.classify(at("photos/a.png"), { top: 2 }),
      classifier.classify(readFileSync(at("photos/a.png")), { top: 2 }),
      classifier.classify(photo, { top: 2 }),
    ]);
    expect(byPath).toHaveLength(2);
    for (const other of others) expect(other).toEqual(byPath);
  });

  it("goes through folders in order, with the same answers, past what it cannot read", async () => {
    const found = [];
    for await (const one of classifier.classifyAll(
      [at("photos"), { path: "-", bytes: readFileSync(at("photos/a.png")) }],
      {
        batch: 2,
      },
    )) {
      found.push(one);
    }
    const answers = await classifier.classify(photo);
    expect(found).toEqual([
      { path: at("photos/a.png"), answers },
      { path: at("photos/b.png"), problem: "no image (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM)" },
      { path: at("photos/inner/c.png"), answers },
      { path: "-", answers },
    ]);
  });

  it("stops between photos when it is told to", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const all = (async () => {
      for await (const { path } of classifier.classifyAll([at("photos")], { signal: controller.signal })) {
        seen.push(path);
        controller.abort();
      }
    })();
    await expect(all).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toEqual([at("photos/a.png")]);
  });

  it("says what is wrong with a photo or a list of them", async () => {
    await expect(classifier.classify(at("gone.png"))).rejects.toThrow("gone.png");
    await expect(classifier.classify(readFileSync(at("photos/b.png")))).rejects.toThrow(
      "got no image that can be read",
    );
    mkdirSync(at("empty"));
    await expect(classifier.classifyAll([at("empty")]).next()).rejects.toThrow("got a folder without images");
    await expect(classifier.classifyAll([]).next()).rejects.toThrow("got no photos");
  });
});

describe("findClassifier", () => {
  const named = { model: "seresnet20", weights: at("w.safetensors"), network: { classes: 3 } };

  it("prepares photos as the card says, with what is changed of it", async () => {
    expect((await findClassifier(at("m.onnx"))).preprocessing).toMatchObject(preprocessing);
    const changes = { cropPct: 0.5, interpolation: "lanczos", mean: [0, 0, 0] } as const;
    const changed = await findClassifier(at("m.onnx"), { preprocessing: changes });
    expect(changed.preprocessing).toMatchObject({
      resize: 64,
      interpolation: "lanczos",
      mean: [0, 0, 0],
      std: like.std,
    });
  });

  it("prepares photos for a network by name as for its published weights", async () => {
    const { preprocessing: published, classes } = await findClassifier(named, { size: [24, 40] });
    expect(published).toMatchObject({ height: 24, width: 40, mean: [0.485, 0.456, 0.406] });
    expect(classes).toEqual(["0", "1", "2"]);
  });

  it("takes names of classes from a list or a file", async () => {
    writeFileSync(at("labels.txt"), "x\ny\nz\n");
    expect((await findClassifier(named, { labels: at("labels.txt") })).classes).toEqual(["x", "y", "z"]);
    expect((await findClassifier(named, { labels: ["a", "b", "c"] })).classes).toEqual(["a", "b", "c"]);
    await expect(findClassifier(named, { labels: ["a"] })).rejects.toThrow("labels: got 1 names; expected 3");
  });

  it.each([
    ["resnet20", {}, "weights: got none for resnet20; give a .pth"],
    [at("bare.onnx"), {}, "does not say how its input is normalised; give mean and std"],
    [at("m.onnx"), { preprocessing: { cropPct: 2 } }, "cropPct: got 2; expected a share above 0, up to 1"],
    [at("m.onnx"), { preprocessing: { mean: [0.5] } }, "mean: got 0.5; expected 3 numbers, one for each channel"],
    [at("m.onnx"), { preprocessing: { std: [1, 0, 1] } }, "std: got 1,0,1; expected numbers above 0"],
  ])("refuses %s with %j", async (model, options, message) => {
    await expect(findClassifier(model, options)).rejects.toThrow(message);
  });
});
