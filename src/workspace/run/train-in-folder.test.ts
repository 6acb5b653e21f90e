import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { readCard } from "../../models/card/model-card.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { defaultRecipe } from "../../train/recipe.js";
import { type PreparedTraining, prepareTraining } from "./prepare-training.js";
import { openRunFolder } from "./run-folder.js";
import { lastCheckpoint, trainInFolder } from "./train-in-folder.js";

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
});
