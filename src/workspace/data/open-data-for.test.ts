import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { findClassifier } from "../classifier/find-classifier.js";
import { openForTraining } from "../model/open-for-training.js";
import { openDataFor } from "./open-data-for.js";

const folder = mkdtempSync(join(tmpdir(), "senet-data-for-"));
const at = (path: string) => join(folder, path);
const half = [0.5, 0.5, 0.5];

beforeAll(async () => {
  const image = sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } }).png();
  for (const name of ["bee", "Ant"]) {
    mkdirSync(at(`photos/${name}`), { recursive: true });
    for (const n of [1, 2, 3, 4]) await image.toFile(at(`photos/${name}/${n}.png`));
  }
  const small = createModel("seresnet20", { classes: 2 });
  const card = { classes: ["bee", "Ant"], mean: half, std: [0.2, 0.3, 0.4], resize: 40, provenance: {} };
  writeFileSync(at("m.onnx"), writeOnnx(withCard(small, card), initialise(small, 1)));
  const mobile = createModel("tf_mobilenetv3_small_100");
  writeFileSync(at("w.safetensors"), writeSafetensors(initialise(mobile, 1)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = `folder:${at("photos")}`;
const published = { height: 224, width: 224, resize: 256, interpolation: "bicubic", mean: half, std: half };

describe("openDataFor", () => {
  it("prepares photos for a name with a file of weights as classifying does: as published", async () => {
    const query = { model: "tf_mobilenetv3_small_100", weights: at("w.safetensors") };
    const dataset = await openDataFor(query, spec);
    expect(dataset).toMatchObject(published);
    expect((await findClassifier(query)).preprocessing).toMatchObject(published);
    const { statistics, preparedBy } = await openForTraining(query, dataset);
    expect({ statistics, preparedBy }).toEqual({ statistics: { mean: half, std: half }, preparedBy: "published" });
    await dataset.close?.();
  });

  it("prepares them as a file's card says, in its order of classes and at its size", async () => {
    const dataset = await openDataFor(at("m.onnx"), spec);
    expect(dataset).toMatchObject({ height: 32, width: 32, resize: 40, mean: half, classes: ["bee", "Ant"] });
    expect((await openForTraining({ model: at("m.onnx") }, dataset)).preparedBy).toBe("weights");
    await dataset.close?.();
  });

  it("takes what is given before all that", async () => {
    const query = { model: "tf_mobilenetv3_small_100", weights: at("w.safetensors") };
    const mean = [0.1, 0.2, 0.3];
    const given = { size: 64, cropPct: 1, interpolation: "bilinear", statistics: { mean } } as const;
    const dataset = await openDataFor(query, spec, given);
    expect(dataset).toMatchObject({ height: 64, width: 64, resize: 64, interpolation: "bilinear", mean, std: half });
    await dataset.close?.();
  });

  it("leaves data as it is for a network without weights", async () => {
    const dataset = await openDataFor("seresnet20", spec);
    expect(dataset).toMatchObject({ height: 224, resize: 256, interpolation: "bilinear", classes: ["Ant", "bee"] });
    const { preparedBy, statistics } = await openForTraining({ model: "seresnet20" }, dataset);
    expect(preparedBy).toBe("dataset");
    expect(statistics.mean).toEqual(dataset.mean);
    await dataset.close?.();
  });
});
