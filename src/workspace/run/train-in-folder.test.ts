import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import type { Tensor } from "../../graph/tensor.js";
import { readCard } from "../../models/card/model-card.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { defaultRecipe } from "../../train/recipe.js";
import { type PreparedTraining, prepareTraining } from "./prepare-training.js";
import { openRunFolder } from "./run-folder.js";
import { keptFile, lastCheckpoint, trainInFolder } from "./train-in-folder.js";

const folder = mkdtempSync(join(tmpdir(), "senet-train-"));
const runtime = nodeRuntime({ threads: 1 });
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
});

const prepare = (): Promise<PreparedTraining> =>
  prepareTraining({
    query: { model: "resnet20" },
    data: "glyphs",
    dataOptions: { trainLimit: 48, testLimit: 16 },
    recipe: ({ augment }) => ({ ...defaultRecipe, epochs: 2, batch: 16, augment }),
    seed: 4,
  });

function runIn(name: string) {
  mkdirSync(join(folder, name));
  return openRunFolder(join(folder, name));
}

describe("trainInFolder", () => {
  it("keeps log, checkpoints and models, and goes on from where it was stopped to the same bytes", async () => {
    const whole = runIn("whole");
    const steps: number[] = [];
    const { epochs: records, kept } = await trainInFolder(runtime, whole, await prepare(), {
      onStep: ({ step }) => void steps.push(step),
    });
    expect(records.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(kept.averaged).toBe(false);
    expect(steps).toEqual([1, 2, 3, 1, 2, 3]);
    expect(readdirSync(whole.path).sort()).toEqual([
      "best.onnx",
      "checkpoints",
      expect.stringMatching(/^events\.out\.tfevents\./),
      "last.onnx",
      "metrics.jsonl",
      "model.onnx",
      "report.html",
    ]);
    const parts = runIn("parts");
    const controller = new AbortController();
    const stopped = trainInFolder(runtime, parts, await prepare(), {
      signal: controller.signal,
      onStep: ({ epoch, step }) => epoch === 2 && step === 2 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const resume = await lastCheckpoint(parts, ({ kind }) => expect.fail(kind));
    expect(resume!.progress).toMatchObject({ epoch: 2, step: 2 });
    expect(readFileSync(join(parts.path, "report.html"), "utf8")).toContain("1 epoch with seed 4");
    expect(readdirSync(parts.path)).not.toContain("model.onnx"); // it is not finished
    await trainInFolder(runtime, parts, await prepare(), { resume });
    const model = (run: string) => readFileSync(join(folder, run, "model.onnx"));
    expect(model("parts").equals(model("whole"))).toBe(true);
  });

  it("keeps the best or the last epoch, says which in the card, and writes no page where none is wanted", async () => {
    const onlyFirst = async () => {
      const prepared = await prepare();
      const recipe = { ...prepared.recipe, epochs: 3, stopAfter: 1, lr: 1e-9 }; // so that no epoch is better
      return { ...prepared, recipe };
    };
    const epochs = [];
    for (const keep of ["best", "last"] as const) {
      const run = runIn(keep);
      const trained = await trainInFolder(runtime, run, await onlyFirst(), { keep, report: false });
      const { graph } = readOnnx(readFileSync(join(run.path, "model.onnx")));
      expect(readCard(graph).provenance.epoch).toBe(trained.kept.epoch);
      expect(readdirSync(run.path)).not.toContain("report.html");
      epochs.push([trained.kept.epoch, trained.epochs.length]);
    }
    const [[best, until], [last, all]] = epochs as [[number, number], [number, number]];
    expect(until).toBe(all);
    expect(last).toBe(all);
    expect(all).toBe(Math.min(3, best + 1));
  });

  it("makes the model and the page of a run that was stopped after its last epoch, without training", async () => {
    const whole = openRunFolder(join(folder, "whole"));
    const [model, page] = ["model.onnx", "report.html"].map((name) => join(whole.path, name)) as [string, string];
    const before = readFileSync(model);
    rmSync(model);
    rmSync(page);
    const resume = await lastCheckpoint(whole, ({ kind }) => expect.fail(kind));
    await trainInFolder(runtime, whole, await prepare(), { resume, onStep: () => expect.fail("it trained") });
    expect(readFileSync(model).equals(before)).toBe(true);
    expect(readFileSync(page, "utf8")).toContain("Learning curves");
  });

  it("has no checkpoint where nothing was trained yet", async () =>
    expect(await lastCheckpoint(runIn("fresh"), ({ kind }) => expect.fail(kind))).toBeUndefined());
});

describe("prepareTraining", () => {
  it("says of a model what does not fit before anything is written", async () => {
    const request = { data: "glyphs", recipe: () => ({ ...defaultRecipe, epochs: 1, augment: {} as never }), seed: 1 };
    await expect(prepareTraining({ ...request, query: { model: "resnet21" } })).rejects.toThrow(
      'unknown model "resnet21"',
    );
  });

  it("tests and keeps weights and their average, the better one as the model, and goes on to the same bytes", async () => {
    const averaging = async (ema: { decay: number; warmup?: boolean }) =>
      prepareTraining({
        query: { model: "resnet20" },
        data: "glyphs",
        dataOptions: { trainLimit: 48, testLimit: 16 },
        recipe: ({ augment }) => ({ ...defaultRecipe, lr: 0.05, epochs: 2, batch: 16, augment, ema }),
        seed: 4,
      });
    const models = ["best-plain.onnx", "best.onnx", "last-plain.onnx", "last.onnx", "model.onnx"];
    const bytesOf = (path: string, name: string) => readFileSync(join(path, name));
    const whole = runIn("averaged");
    const { epochs, kept } = await trainInFolder(runtime, whole, await averaging({ decay: 0.9999 }), { report: false });
    expect(readdirSync(whole.path)).toEqual(expect.arrayContaining(models));
    for (const { plain } of epochs)
      expect(plain).toEqual({ testLoss: expect.any(Number), testTop1: expect.any(Number) });
    // After six steps an average of that decay is the start but for less than a thousandth of the way.
    const head = ({ data }: Tensor) => Array.from(data as Float32Array);
    const first = head(initialise((await averaging({ decay: 0.9999 })).graph, 4).get("fc.weight")!);
    const moved = (name: string) => {
      const now = head(readOnnx(bytesOf(whole.path, name)).weights.get("fc.weight")!);
      return Math.max(...now.map((value, at) => Math.abs(value - first[at]!)));
    };
    expect(moved("last.onnx")).toBeLessThan(moved("last-plain.onnx") / 100);
    expect(bytesOf(whole.path, "model.onnx")).toEqual(bytesOf(whole.path, keptFile(kept, epochs)));

    const unstopped = runIn("averaged-whole");
    await trainInFolder(runtime, unstopped, await averaging({ decay: 0.9999, warmup: true }), { report: false });
    const parts = runIn("averaged-parts");
    const controller = new AbortController();
    const stopped = trainInFolder(runtime, parts, await averaging({ decay: 0.9999, warmup: true }), {
      ...{ signal: controller.signal, report: false },
      onTest: (epoch, images) => epoch === 1 && images > 16 && controller.abort(), // in the second of its tests
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const resume = await lastCheckpoint(parts, ({ kind }) => expect.fail(kind));
    await trainInFolder(runtime, parts, await averaging({ decay: 0.9999, warmup: true }), { resume, report: false });
    for (const name of models) expect(bytesOf(parts.path, name).equals(bytesOf(unstopped.path, name)), name).toBe(true);
  });
});
