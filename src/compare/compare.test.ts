import { afterAll, describe, expect, it } from "vitest";
import { evaluate } from "../evaluate/evaluate.js";
import type { Model, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { readCard } from "../models/card/model-card.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import type { Checkpoint } from "../train/checkpoint.js";
import { defaultRecipe } from "../train/recipe.js";
import { stripes, stripesNet } from "../train/stripes.test.helper.js";
import { compare } from "./compare.js";
import type { Interim, RunId } from "./compare-options.js";
import { type ComparedModel, zooModel } from "./compared-model.js";
import { formatResults, parseResults } from "./results-file.js";
import { summarise } from "./summarise.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const dataset = stripes({ train: 32, test: 24 });
const recipe = { ...defaultRecipe, epochs: 1, batch: 16, augment: dataset.augment };
const names = ["resnet20", "seresnet20"];
const models = names.map((name) => zooModel(name, dataset, { attention: { kind: "se", reduction: 4 } }));
const seeds = [1, 2];

const kept = new Map<string, Model>();
const log: string[] = [];
const say = (what: string, { model, seed, run, runs }: RunId) => log.push(`${what} ${model} ${seed} ${run}/${runs}`);
const comparison = await compare({
  runtime,
  models,
  dataset,
  recipe,
  seeds,
  onEpoch: (run) => {
    say("epoch", run);
  },
  onModel: async (run, model) => {
    say("model", run);
    kept.set(`${run.model}-${run.seed}`, model);
    return `${run.model}-${run.seed}.onnx`;
  },
  onMeasure: ({ what, model, images }) => images === 0 && log.push(`${what} ${model}`),
});

describe("compare", () => {
  it("lets the models take turns within a seed, then measures inference", () => {
    const turns = ["resnet20 1 0/4", "seresnet20 1 1/4", "resnet20 2 2/4", "seresnet20 2 3/4"];
    const gates = (turn: string) => (turn.startsWith("se") ? ["gates seresnet20"] : []);
    expect(log).toEqual([
      ...turns.flatMap((turn) => [`epoch ${turn}`, ...gates(turn), `model ${turn}`]),
      ...["inference time resnet20", "inference time resnet20"], // of one image, of 32
    ]);
  });

  it("says what was compared on what", () => {
    expect(comparison.data).toEqual({
      name: "stripes",
      classes: ["lying", "standing", "none"],
      train: 32,
      test: 24,
      channels: 1,
      height: 8,
      width: 8,
    });
    expect(comparison.recipe).toMatchObject({ epochs: 1, batch: 16, optimizer: "SGD", seeds: [1, 2] });
    expect(comparison.labels).toEqual(Array.from({ length: 24 }, (_, n) => n % 3));
    expect(comparison.models.map(({ name }) => name)).toEqual(names);
    expect(comparison.models.map(({ spatialGates }) => spatialGates)).toEqual([0, 0]);
  });

  it("counts what the twins cost: the published net with one colour and three classes, and SE in the second alone", () => {
    const [plain, se] = comparison.models;
    // ResNet-20 for CIFAR-10 has 269,722 parameters with option A and 272,474 with projections.
    const published = 272_474;
    const smaller = 2 * 16 * 9 + 7 * 65; // two colours of the first layer, seven classes of the last
    expect(plain!.params).toBe(published - smaller);
    // Each block with C channels: 2·C·C/4 weights and C/4 + C biases.
    const blocks = [16, 32, 64].map((c) => 3 * (2 * c * (c / 4) + c / 4 + c));
    expect(se!.params - plain!.params).toBe(blocks.reduce((sum, count) => sum + count));
    expect(se!.macs - plain!.macs).toBe([16, 32, 64].reduce((sum, c) => sum + 3 * 2 * c * (c / 4), 0));
  });

  it("keeps every run with its curve, predictions, confusion and gates", () => {
    for (const { name, runs } of comparison.models) {
      expect(runs.map(({ seed, model }) => [seed, model])).toEqual(seeds.map((seed) => [seed, `${name}-${seed}.onnx`]));
      for (const { epochs, predictions, confusion, testError, gates } of runs) {
        expect(epochs).toHaveLength(1);
        expect(predictions).toHaveLength(24);
        const right = predictions.filter((predicted, n) => predicted === n % 3).length;
        expect(testError).toBeCloseTo(100 * (1 - right / 24), 10);
        expect(testError).toBeCloseTo(100 - epochs[0]!.testTop1, 10);
        expect([0, 1, 2].map((k) => confusion[k]![k]!).reduce((sum, count) => sum + count)).toBe(right);
        expect(gates.map(({ site }) => site)).toEqual(
          name === "resnet20" ? [] : [1, 2, 3].flatMap((s) => [0, 1, 2].map((b) => `layer${s}.${b}.se`)),
        );
        expect(gates.every(({ mean }) => mean.every((gate) => gate > 0 && gate < 1))).toBe(true);
      }
    }
  });

  it("hands out models whose files say what they were trained on and predict what was recorded", async () => {
    const model = kept.get("seresnet20-2")!;
    const bytes = writeOnnx(model.graph, model.weights);
    const { graph, weights } = readOnnx(bytes);
    const card = readCard(graph);
    expect(card.classes).toEqual(dataset.classes);
    expect([card.mean, card.std]).toEqual([dataset.mean, dataset.std]);
    expect(card.provenance).toMatchObject({ model: "seresnet20", data: "stripes", images: 32, seed: 2, epochs: 1 });
    const { predictions } = await evaluate({ runtime, graph, weights, dataset: { ...dataset, ...card } });
    expect([...predictions]).toEqual(comparison.models[1]!.runs[1]!.predictions);
  });

  it("gives results that the report takes and that survive their file", () => {
    const environment = { senet: "0", node: "0", onnxruntime: "0", cpu: "test", cores: 1, os: "test" };
    const results = summarise({
      created: "2026-01-01T00:00:00Z",
      command: "senet compare",
      environment,
      ...comparison,
    });
    expect(results.models.map(({ attention }) => attention)).toEqual(["none", "se r=4"]);
    expect(results.comparisons.map(({ baseline, candidate }) => [baseline, candidate])).toEqual([names]);
    expect(parseResults(formatResults(results))).toEqual(results);
  });

  it("refuses a model it does not know", () => {
    expect(() => zooModel("seresnet2", dataset)).toThrow(/unknown model "seresnet2"; .*did you mean "seresnet20"\?/);
  });

  const small = [false, true].map((se): ComparedModel => {
    const graph = stripesNet({ se });
    return { name: se ? "gated" : "plain", graph, attention: "none", start: (seed) => initialise(graph, seed) };
  });

  it("asks for first weights where a run begins, not where it goes on", async () => {
    const asked: number[] = [];
    const noting = small.map((model) => {
      const start = (seed: number) => {
        asked.push(seed);
        return model.start(seed);
      };
      return { ...model, start };
    });
    const last = new Map<string, Checkpoint>();
    const subject = { models: noting, dataset, recipe, seeds: [1] };
    const events = { onModel: async () => "m.onnx" };
    const whole = await compare({
      runtime,
      ...subject,
      ...events,
      onRun: async ({ model }) => ({ onCheckpoint: async (checkpoint) => void last.set(model, checkpoint) }),
    });
    expect(asked).toEqual([1, 1]);
    const again = await compare({
      runtime,
      ...subject,
      ...events,
      onRun: async ({ model }) => ({ resume: last.get(model) }),
    });
    expect(asked).toEqual([1, 1]);
    expect(again.models.map(({ runs }) => runs[0]!.predictions)).toEqual(
      whole.models.map(({ runs }) => runs[0]!.predictions),
    );
  });

  it("stops while inference is timed, without waiting for the rest", async () => {
    const controller = new AbortController();
    let images = 0;
    const run = compare({
      ...{ runtime, models: small, dataset, recipe, seeds: [1], signal: controller.signal },
      onMeasure: ({ what, images: more }) => {
        if (what === "inference time" && more > 0) controller.abort(new Error("enough"));
        if (what === "inference time") images += more;
      },
      onModel: async () => "m.onnx",
    });
    await expect(run).rejects.toThrow("enough");
    expect(images).toBe(1);
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    const trained: string[] = [];
    const run = compare({
      runtime,
      models: small,
      dataset,
      recipe,
      seeds,
      signal: controller.signal,
      onStep: ({ model }) => controller.abort(new Error(`enough of ${model}`)),
      onModel: async ({ model }) => `${trained.push(model)}`,
    });
    await expect(run).rejects.toThrow("enough of plain");
    expect(trained).toEqual([]);
  });

  it("gives the same bits however many trainings run side by side", async () => {
    const beside = [nodeRuntime({ threads: 1 }), nodeRuntime({ threads: 1 })];
    const files = new Map<string, Model>();
    const interims: string[] = [];
    const results: string[] = [];
    const both = await compare({
      ...{ runtime, trainers: beside, models, dataset, recipe, seeds },
      onModel: async (run, model) => {
        files.set(`${run.model}-${run.seed}`, model);
        return `${run.model}-${run.seed}.onnx`;
      },
      onResult: ({ model, seed }) => results.push(`${model} ${seed}`),
      onInterim: ({ seeds, comparisons }) =>
        interims.push(`${seeds}: ${comparisons.map(({ candidate }) => candidate)}`),
    });
    await Promise.all(beside.map((engine) => engine.close()));
    expect(both.jobs).toBe(2);
    expect(comparison.jobs).toBeUndefined();
    for (const [name, { weights }] of kept) {
      const other = files.get(name)!.weights;
      expect([...weights].map(([key, { data }]) => [key, data])).toEqual(
        [...other].map(([key, { data }]) => [key, data]),
      );
    }
    expect(results.toSorted()).toEqual(["resnet20 1", "resnet20 2", "seresnet20 1", "seresnet20 2"]);
    expect(interims).toHaveLength(1);
    expect(interims[0]).toMatch(/^[12]: seresnet20$/);
  });

  it("says after a seed what its models gave, as the end says it of all seeds", async () => {
    const interims: Interim[] = [];
    const whole = await compare({
      ...{ runtime, models: small, dataset, recipe, seeds: [1, 2] },
      onModel: async () => "m.onnx",
      onInterim: (interim) => interims.push(interim),
    });
    const [plain, gated] = whole.models.map(({ runs }) => runs[0]!.testError);
    expect(interims.map(({ seeds }) => seeds)).toEqual([[1]]);
    expect(interims[0]!.comparisons[0]!.gain).toBeCloseTo(plain! - gated!, 10);
  });

  it("names the run that fails, and stops the one beside it", async () => {
    const beside = [nodeRuntime({ threads: 1 }), nodeRuntime({ threads: 1 })];
    const bad: ComparedModel = {
      ...small[1]!,
      start: (seed) =>
        new Map(
          [...initialise(small[1]!.graph, seed)].map(([key, { data, ...tensor }]) => {
            return [key, { ...tensor, data: (data as Float32Array).map(() => Number.NaN) }];
          }),
        ) as Weights,
    };
    const stopped: number[] = [];
    const run = compare({
      ...{ runtime, trainers: beside, models: [small[0]!, bad], dataset, seeds: [1] },
      recipe: { ...recipe, epochs: 10_000 },
      onRun: async ({ run }) => ({ onCheckpoint: async () => void stopped.push(run) }),
      onModel: async () => "m.onnx",
    });
    await expect(run).rejects.toThrow(/^gated seed 1: .*NaN/);
    expect(stopped.at(-1)).toBe(0); // it was saved
    await Promise.all(beside.map((engine) => engine.close()));
  });
});
