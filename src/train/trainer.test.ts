import { afterAll, describe, expect, it } from "vitest";
import type { Split } from "../data/split.js";
import { UserError } from "../errors.js";
import { evaluate } from "../evaluate/evaluate.js";
import type { Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { trainingStep } from "../step/training-step.js";
import { failure } from "../testing/failure.js";
import type { StepProgress } from "./epoch.js";
import type { EpochRecord } from "./epoch-record.js";
import { crossEntropy } from "./losses.js";
import { openStep } from "./open-step.js";
import { sgd } from "./optimizers/optimizers.js";
import { defaultRecipe, type Recipe } from "./recipe.js";
import { numbered, stripes, stripesNet } from "./stripes.test.helper.js";
import { train } from "./trainer.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const dataset = stripes();
const graph = stripesNet();
const recipe: Recipe = { ...defaultRecipe, epochs: 4, batch: 16, augment: dataset.augment };

const plainTensors = (weights: Weights) =>
  new Map([...weights].map(([name, { data }]) => [name, Array.from(data, Number)]));

describe("train", () => {
  it("learns: from a third right to nearly all, and the loss falls", async () => {
    const { epochs } = await train({ runtime, graph, dataset, recipe: { ...recipe, epochs: 6 }, seed: 1 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs[0]!.trainTop1).toBeLessThan(90);
    expect(epochs.at(-1)!.testTop1).toBeGreaterThan(95);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.5 * epochs[0]!.trainLoss);
  });

  it("gives the same weights, records and predictions for the same seed, to the last bit, and others for another", async () => {
    const short = { ...recipe, epochs: 2 };
    const [a, again, b] = [
      await train({ runtime, graph, dataset, recipe: short, seed: 7 }),
      await train({ runtime, graph, dataset, recipe: short, seed: 7 }),
      await train({ runtime, graph, dataset, recipe: short, seed: 8 }),
    ];
    const untimed = ({ epochs }: { epochs: readonly EpochRecord[] }) =>
      epochs.map((record) => ({ ...record, imagesPerSecond: 0, seconds: 0, dataWait: 0 }));
    expect(plainTensors(again.weights)).toEqual(plainTensors(a.weights));
    expect(untimed(again)).toEqual(untimed(a));
    expect(again.predictions).toEqual(a.predictions);
    expect(b.weights.get("conv1.weight")).not.toEqual(a.weights.get("conv1.weight"));
  });

  it("returns weights of every parameter, statistics included, that give the accuracy of the last record", async () => {
    const { weights, epochs, predictions } = await train({
      runtime,
      graph,
      dataset,
      recipe: { ...recipe, epochs: 1 },
      seed: 1,
    });
    expect([...weights.keys()]).toEqual([...graph.parameters.keys()]);
    expect(weights.get("bn1.running_mean")!.data).not.toEqual(new Float32Array(16));
    const measured = await evaluate({ runtime, graph, weights, dataset });
    expect(measured.predictions).toEqual(predictions);
    expect([measured.top1, measured.loss]).toEqual([epochs[0]!.testTop1, epochs[0]!.testLoss]);
  });

  it("tells about every step and epoch, with the learning rate of warm-up and schedule", async () => {
    const steps: StepProgress[] = [];
    const records: EpochRecord[] = [];
    const rule = { ...recipe, epochs: 2, warmup: 1, schedule: "constant", lr: 0.06 };
    await train({
      runtime,
      graph,
      dataset,
      recipe: rule,
      seed: 1,
      onStep: (progress) => void steps.push(progress),
      onEpoch: async (record, weights) => {
        await new Promise((resolve) => setTimeout(resolve, 5)); // it is waited for
        records.push(record);
        expect([...weights.keys()]).toEqual([...graph.parameters.keys()]);
      },
    });
    expect(steps.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual(
      [1, 2].flatMap((epoch) => [1, 2, 3, 4, 5, 6].map((step) => [epoch, step, 6])),
    );
    expect(records.map(({ lr }) => lr)).toEqual([0.06 * (5 / 6), 0.06]);
    expect(records.map(({ trainLoss }) => trainLoss)).toEqual([steps[5]!.loss, steps[11]!.loss]);
    const sums = steps.slice(0, 6).map(({ loss, step }) => loss * step); // of the losses of the steps so far
    const each = sums.map((sum, i) => sum - (sums[i - 1] ?? 0));
    for (const [i, loss] of records[0]!.trainLosses.entries()) expect(loss).toBeCloseTo(each[i]!, 5);
    expect(records[0]!.trainLosses).toHaveLength(6);
    expect(records.map(({ trainTop1 }) => trainTop1)).toEqual([steps[5]!.top1, steps[11]!.top1]);
    expect(steps.every(({ imagesPerSecond }) => imagesPerSecond > 0)).toBe(true);
  });

  it("leaves out the images that do not fill the last batch", async () => {
    const seen: number[] = [];
    await train({
      runtime,
      graph,
      dataset,
      recipe: { ...recipe, epochs: 1, batch: 36 },
      seed: 1,
      onStep: ({ steps }) => void seen.push(steps),
    });
    expect(seen).toEqual([2, 2]); // of 96 images
  });

  it.each([
    [{ epochs: 0 }, "epochs 0; expected a whole number from 1 to 1,000,000"],
    [{ epochs: 1.5 }, "epochs 1.5; expected a whole number from 1 to 1,000,000"],
    [{ batch: 97 }, "batch 97; expected a whole number from 1 to 96, the number of training images"],
    [{ batch: 0 }, "batch 0; expected a whole number from 1 to 96, the number of training images"],
    [{ lr: 0 }, "lr 0; expected a number above 0"],
    [{ lr: Number.NaN }, "lr NaN; expected a number above 0"],
    [{ warmup: -1 }, "warmup -1; expected 0 to 4 epochs"],
    [{ warmup: 5 }, "warmup 5; expected 0 to 4 epochs"],
    [{ momentum: 1 }, "momentum 1; expected a number from 0, below 1"],
    [{ weightDecay: -1e-4 }, "weightDecay -0.0001; expected a number from 0"],
  ])("refuses the recipe %j", async (part, message) => {
    const error = await failure(train({ runtime, graph, dataset, recipe: { ...recipe, ...part }, seed: 1 }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(`train: got ${message}`);
  });

  it.each([
    { learn: ["conv1.*", "@gates"] },
    { groups: [{ match: "@gates", lrScale: 10 }] },
    { frozenBatchNorm: ["@gates"] },
  ])("refuses %j of a network without gates, unless it shares the recipe with one that has some", async (part) => {
    const plain = stripesNet({ se: false });
    const gated = { ...recipe, epochs: 1, ...part };
    const error = await failure(train({ runtime, graph: plain, dataset, recipe: gated, seed: 1 }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /^got "@gates" for stripes-net without attention gates; expected a network that has .*$/,
    );
    const sharedBy = [plain, graph];
    expect((await train({ runtime, graph: plain, dataset, recipe: gated, seed: 1, sharedBy })).epochs).toHaveLength(1);
  });

  it("refuses a schedule it does not know", async () => {
    const error = await failure(train({ runtime, graph, dataset, recipe: { ...recipe, schedule: "linear" }, seed: 1 }));
    expect(error.message).toBe(
      'train: got schedule "linear"; expected one of cosine, step, onecycle, plateau, constant',
    );
  });

  it("stops after the step in which it is told to, with the signal's reason, and calls no epoch finished", async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    let epochs = 0;
    const run = train({
      runtime,
      graph,
      dataset,
      recipe,
      seed: 1,
      signal: controller.signal,
      onStep: ({ epoch, step }) => {
        steps.push(step);
        if (epoch === 1 && step === 3) controller.abort(new Error("enough"));
      },
      onEpoch: () => {
        epochs++;
      },
    });
    expect((await failure(run)).message).toBe("enough");
    expect([steps, epochs]).toEqual([[1, 2, 3], 0]);
  });

  it("learns of numbers what it learns of the bytes that they are 255ths of, to the bit", async () => {
    const short = { ...recipe, epochs: 1 };
    const [bytes, numbers] = [
      await train({ runtime, graph, dataset, recipe: short, seed: 7 }),
      await train({ runtime, graph, dataset: numbered(dataset), recipe: short, seed: 7 }),
    ];
    expect(plainTensors(numbers.weights)).toEqual(plainTensors(bytes.weights));
    expect(numbers.predictions).toEqual(bytes.predictions);
  });

  it("blames an image that is no number, and not the learning rate", async () => {
    const { batches } = dataset.train;
    const broken: Split = {
      length: dataset.train.length,
      labels: dataset.train.labels,
      async *batches(options) {
        for await (const batch of batches(options)) {
          const at = batch.indices.indexOf(5);
          if (at >= 0) batch.x[at * 64 + 3] = Number.NaN;
          yield batch;
        }
      },
    };
    const run = train({ runtime, graph, dataset: { ...dataset, train: broken }, recipe, seed: 1 });
    expect((await failure(run)).message).toMatch(
      /^train: got NaN in image 5 of the training images, epoch 1, step \d; expected finite numbers$/,
    );
  });

  it("says so when the trained network has no finite answers, though no step told", async () => {
    const one = { ...recipe, batch: dataset.train.length, lr: 1e30, warmup: 0, epochs: 1 };
    const epochs: number[] = [];
    const run = train({
      runtime,
      graph,
      dataset,
      recipe: one,
      seed: 1,
      onEpoch: ({ epoch }) => void epochs.push(epoch),
    });
    const error = await failure(run);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /^training diverged: the test loss was (NaN|Infinity) in epoch 1, step 1, learning rate 1e\+30; use a smaller/,
    );
    expect(epochs).toEqual([]);
  });

  it("says so when the loss is no number any more", async () => {
    const error = await failure(train({ runtime, graph, dataset, recipe: { ...recipe, lr: 1e6, warmup: 0 }, seed: 1 }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /^training diverged: the loss was (NaN|Infinity) in epoch \d, step \d+, learning rate [\d.e+]+; use a smaller learning rate$/,
    );
  });
});

describe("openStep", () => {
  it("starts from the weights with an optimizer that remembers nothing, and carries both on", async () => {
    const weights = initialise(graph, 1);
    const plan = trainingStep(graph, {
      batch: 2,
      loss: crossEntropy(),
      optimizer: sgd({ momentum: 0.5, nesterov: false }),
    });
    const session = await openStep({ runtime, step: plan, weights });
    const feeds = {
      x: float32(
        [2, 1, 8, 8],
        Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)),
      ),
      y: int64([2], [0, 2]),
      lr: float32([], [0.25]),
    };
    const value = async (name: string) => Number(((await session.read([name])).get(name) as Tensor).data[0]);
    const history = [[await value("fc.bias"), await value("momentum.fc.bias")]];
    expect(history[0]).toEqual([weights.get("fc.bias")!.data[0], 0]);
    for (let i = 0; i < 3; i++) {
      expect(Object.keys(await session.run(feeds)).sort()).toEqual(["correct", "loss"]);
      history.push([await value("fc.bias"), await value("momentum.fc.bias")]);
    }
    for (const [i, [bias, velocity]] of history.slice(1).entries()) {
      expect(bias).toBeCloseTo(history[i]![0]! - 0.25 * velocity!, 6);
    }
    await session.release();
  });
});
