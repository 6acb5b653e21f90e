import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultErasing } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import type { Split } from "../data/split.js";
import { UserError } from "../errors.js";
import type { Weights } from "../graph/graph.js";
import type { Notice } from "../notice.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { type Checkpoint, readProgress, writeProgress } from "./checkpoint.js";
import type { EpochRecord } from "./epoch-record.js";
import { defaultRecipe, type Recipe } from "./recipe.js";
import { numbered, stripes, stripesNet } from "./stripes.test.helper.js";
import { type TrainOptions, type TrainResult, train } from "./trainer.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const dataset = stripes();
const graph = stripesNet();
const recipe: Recipe = { ...defaultRecipe, epochs: 3, batch: 16, augment: dataset.augment }; // 6 steps an epoch
const SEED = 5;
const run = (options: Partial<TrainOptions>) => train({ runtime, graph, dataset, recipe, seed: SEED, ...options });

const bits = (weights: Weights) =>
  new Map([...weights].map(([name, { data }]) => [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
const untimed = (records: readonly EpochRecord[]) =>
  records.map((record) => ({ ...record, imagesPerSecond: 0, seconds: 0, dataWait: 0 }));

function expectSame(resumed: TrainResult, whole: TrainResult): void {
  expect(bits(resumed.weights)).toEqual(bits(whole.weights));
  expect(untimed(resumed.epochs)).toEqual(untimed(whole.epochs));
  expect(resumed.predictions).toEqual(whole.predictions);
}

/** The checkpoint after its way through a file. */
const throughText = ({ state, progress }: Checkpoint): Checkpoint => ({
  state,
  progress: readProgress(writeProgress(progress), "p"),
});

let whole: TrainResult;
const checkpoints: Checkpoint[] = [];
beforeAll(async () => {
  whole = await run({
    checkpointEvery: { steps: 1 },
    onCheckpoint: async (checkpoint) => {
      checkpoints.push(throughText(checkpoint));
    },
  });
});

describe("a run that goes on from a checkpoint", () => {
  it("finds one before the first step, after every step and after every epoch, in that order", () => {
    const positions = checkpoints.map(({ progress: { epoch, step } }) => `${epoch}.${step}`);
    const epoch = (n: number) => [1, 2, 3, 4, 5, 6].map((step) => `${n}.${step}`);
    expect(positions).toEqual(["1.0", ...epoch(1), "2.0", ...epoch(2), "3.0", ...epoch(3), "4.0"]);
  });

  it("gives the bits, records and predictions of the run that never stopped, wherever it goes on", async () => {
    const unsaved = await run({});
    expectSame(unsaved, whole);
    for (const resume of checkpoints.filter((_, i) => i % 2 === 0)) expectSame(await run({ resume }), whole);
  });

  it("holds the optimizer's memory too", () => {
    const { state } = checkpoints[4]!;
    expect([...state.keys()]).toEqual(expect.arrayContaining([...graph.parameters.keys()]));
    expect(state.get("momentum.fc.weight")!.data.some((value) => Number(value) !== 0)).toBe(true);
  });

  it("neither saves the checkpoint it came from again nor tells about what was done before", async () => {
    const seen: string[] = [];
    await run({
      resume: checkpoints[9]!, // 2.2
      onStep: ({ epoch, step }) => void seen.push(`step ${epoch}.${step}`),
      onEpoch: ({ epoch }) => void seen.push(`epoch ${epoch}`),
      onCheckpoint: async ({ progress: { epoch, step } }) => void seen.push(`saved ${epoch}.${step}`),
      checkpointEvery: { steps: 4 },
    });
    expect(seen.slice(0, 8)).toEqual([
      ...["step 2.3", "step 2.4", "step 2.5", "step 2.6", "saved 2.6", "epoch 2", "saved 3.0", "step 3.1"],
    ]);
  });
});

describe("a recipe with everything", () => {
  const recipes: readonly Partial<Recipe>[] = [
    {
      ...{ optimizer: "adamw", lr: 0.01, schedule: "onecycle", accumulate: 2, clip: { norm: 0.5 }, smoothing: 0.1 },
      ...{ ema: { decay: 0.9, warmup: true }, mixup: 0.4, cutmix: 1 },
    },
    {
      ...{
        optimizer: "lamb",
        lr: 0.01,
        schedule: "plateau",
        patience: 0,
        decayRate: 0.5,
        layerDecay: 0.9,
        loss: "bce",
      },
      ...{ groups: [{ match: "conv1.*", freeze: true }], clip: { agc: 0.1 }, frozenBatchNorm: "bn1.*" },
    },
    {
      ...{ optimizer: "rmsproptf", lr: 0.005, schedule: "step", accumulate: 4, momentum: 0.8, ema: { decay: 0.5 } },
      augment: { flip: true, pad: 0, randAugment: "rand-m9-n2", randomErasing: { ...defaultErasing, probability: 1 } },
    },
  ];

  it.each(recipes)("goes on bit for bit, random masks included: %j", async (part) => {
    const rich = { ...recipe, epochs: 2, warmup: 0, ...part };
    const net = stripesNet({ dropout: 0.3 });
    const saved: Checkpoint[] = [];
    const unbroken = await train({
      runtime,
      graph: net,
      dataset,
      recipe: rich,
      seed: SEED,
      checkpointEvery: { steps: 1 },
      onCheckpoint: async (checkpoint) => void saved.push(throughText(checkpoint)),
    });
    expect(saved[0]!.state.has("random")).toBe(true);
    for (const resume of saved.filter((_, i) => i % 3 === 1)) {
      expectSame(await train({ runtime, graph: net, dataset, recipe: rich, seed: SEED, resume }), unbroken);
    }
  });

  it("evaluates and returns the moving averages", async () => {
    const saved: Checkpoint[] = [];
    const rich = { ...recipe, epochs: 1, ema: { decay: 0.9 } };
    const { weights } = await train({
      runtime,
      graph,
      dataset,
      recipe: rich,
      seed: SEED,
      onCheckpoint: async (checkpoint) => void saved.push(checkpoint),
    });
    const { state } = saved.at(-1)!;
    expect(weights.get("fc.weight")).toEqual(state.get("ema.fc.weight"));
    expect(weights.get("fc.weight")).not.toEqual(state.get("fc.weight"));
  });

  it("moves parameters after every so many batches and leaves out those that do not fill an update", async () => {
    const saved: Checkpoint[] = [];
    const seen: number[][] = [];
    await train({
      runtime,
      graph,
      dataset,
      recipe: { ...recipe, epochs: 1, warmup: 0, accumulate: 4 },
      seed: SEED,
      checkpointEvery: { steps: 1 },
      onCheckpoint: async (checkpoint) => void saved.push(checkpoint),
      onStep: ({ step, steps, lr }) => void seen.push([step, steps, lr]),
    });
    expect(seen.map(([step, steps]) => [step, steps])).toEqual([1, 2, 3, 4].map((step) => [step, 4])); // of 6 batches
    const bias = saved.map(({ state }) => Array.from(state.get("fc.bias")!.data, Number));
    expect(bias.slice(1, 4)).toEqual([bias[0], bias[0], bias[0]]);
    expect(bias[4]).not.toEqual(bias[0]);
  });

  it("lowers the learning rate where the accuracy makes no progress", async () => {
    const { epochs } = await train({
      runtime,
      graph,
      dataset,
      recipe: { ...recipe, epochs: 4, warmup: 0, lr: 1e-7, schedule: "plateau", patience: 0, decayRate: 0.5 },
      seed: SEED,
    });
    expect(epochs.map(({ lr }) => lr)).toEqual([1e-7, 1e-7, 0.5e-7, 0.25e-7]);
  });
});

describe("a run that ends early", () => {
  const early = { ...recipe, epochs: 6, warmup: 0, lr: 1e-9, frozenBatchNorm: true, stopAfter: 2 }; // nothing moves

  it("ends when so many epochs brought no higher top-1, and so does one that goes on, to the bit", async () => {
    const saved: Checkpoint[] = [];
    const stopped = await run({ recipe: early, onCheckpoint: async (at) => void saved.push(throughText(at)) });
    expect(stopped.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const resume of saved) expectSame(await run({ recipe: early, resume }), stopped);
  });
});

describe("the signal", () => {
  it("saves where the run stopped inside an epoch", async () => {
    const controller = new AbortController();
    const saved: Checkpoint[] = [];
    const running = run({
      signal: controller.signal,
      onStep: ({ epoch, step }) => void (epoch === 2 && step === 3 && controller.abort(new Error("enough"))),
      onCheckpoint: async (checkpoint) => void saved.push(throughText(checkpoint)),
    });
    await expect(running).rejects.toThrow("enough");
    const { epoch, step } = saved.at(-1)!.progress;
    expect([epoch, step]).toEqual([2, 3]);
    expectSame(await run({ resume: saved.at(-1)! }), whole);
  });

  it("saves the end of the epoch when it comes while the epoch is evaluated", async () => {
    const controller = new AbortController();
    const { length, labels } = dataset.test;
    let evaluations = 0;
    const test: Split = {
      ...{ length, labels },
      batches(options) {
        if (++evaluations === 2) controller.abort(new Error("enough"));
        return dataset.test.batches(options);
      },
    };
    const saved: Checkpoint[] = [];
    const running = train({
      runtime,
      graph,
      dataset: { ...dataset, test },
      recipe,
      seed: SEED,
      signal: controller.signal,
      onCheckpoint: async (checkpoint) => void saved.push(throughText(checkpoint)),
    });
    await expect(running).rejects.toThrow("enough");
    const { epoch, step } = saved.at(-1)!.progress;
    expect([epoch, step]).toEqual([2, 6]);
    expectSame(await run({ resume: saved.at(-1)! }), whole);
  });
});

describe("a checkpoint of another run", () => {
  const refusal = async (change: Partial<Recipe>, other: { seed?: number; data?: Dataset } = {}) => {
    const resume = checkpoints[3]!;
    const running = train({
      runtime,
      graph,
      dataset: other.data ?? dataset,
      recipe: { ...recipe, ...change },
      seed: other.seed ?? SEED,
      resume,
    });
    return running.then(
      () => "accepted",
      (error: unknown) => {
        expect(error).toBeInstanceOf(UserError);
        return (error as Error).message;
      },
    );
  };

  it.each([
    [{ batch: 32 }, "recipe.batch 32, but the checkpoint was made with 16"],
    [{ lr: 0.05 }, "recipe.lr 0.05, but the checkpoint was made with 0.1"],
    [{ augment: { flip: true, pad: 2 } }, "recipe.augment.pad 2, but the checkpoint was made with 1"],
  ])("is refused with the difference named: %j", async (change, difference) => {
    expect(await refusal(change)).toBe(`cannot resume: got ${difference}; give what the run was started with`);
  });

  it("is refused for another seed, and for other data", async () => {
    expect(await refusal({}, { seed: 6 })).toContain("got seed 6, but the checkpoint was made with 5");
    expect(await refusal({}, { data: stripes({ train: 95 }) })).toContain("data.train.images 95, but");
  });

  it("is refused for other pixels, and for numbers in the place of bytes", async () => {
    const images = dataset.train.images.slice();
    images[64 * 3] = 255 - images[64 * 3]!;
    const changed = { ...dataset, train: { ...dataset.train, images } };
    expect(await refusal({}, { data: changed })).toMatch(/got data\.train\.pixels "[0-9a-f]+…, but/);
    expect(await refusal({}, { data: numbered(dataset) })).toMatch(/got data\.train\.pixels/);
  });

  it("is taken with a notice where the checkpoint has no hash of pixels", async () => {
    const { state, progress } = checkpoints.at(-1)!;
    const identity = JSON.parse(JSON.stringify(progress.identity), (key, value) =>
      key === "pixels" ? undefined : value,
    );
    const notices: Notice[] = [];
    await run({ resume: { state, progress: { ...progress, identity } }, onNotice: (notice) => notices.push(notice) });
    expect(notices).toEqual([{ kind: "unchecked-images" }]);
  });

  it("is taken with a notice where only the engine differs", async () => {
    const notices: Notice[] = [];
    const other = nodeRuntime({ threads: 2 });
    const onNotice = (notice: Notice) => notices.push(notice);
    await train({ runtime: other, graph, dataset, recipe, seed: SEED, resume: checkpoints.at(-2)!, onNotice });
    await other.close();
    expect(notices).toEqual([
      {
        kind: "other-engine",
        field: "engine.name",
        now: expect.stringMatching(/2 threads\)"$/) as string,
        saved: expect.stringMatching(/1 thread\)"$/) as string,
      },
    ]);
  });

  it("is refused for other files with the same labels, and taken wherever the same ones lie", async () => {
    const named = (pathOf: (i: number) => string) => {
      const split = { ...dataset.train, nameOf: pathOf };
      return { ...dataset, train: split };
    };
    const saved: Checkpoint[] = [];
    const start = named((i) => `/data/a/stripes/${i}.png`);
    const short = { ...recipe, epochs: 1 };
    await train({
      runtime,
      graph,
      dataset: start,
      recipe: short,
      seed: SEED,
      onCheckpoint: async (at) => void saved.push(throughText(at)),
    });
    const resume = saved.at(-1)!;
    const goOn = async (data: typeof dataset, notices: Notice[] = [], from = resume) => {
      const onNotice = (notice: Notice) => void notices.push(notice);
      await train({ runtime, graph, dataset: data, recipe: short, seed: SEED, resume: from, onNotice });
      return notices;
    };
    await expect(goOn(named((i) => `/data/a/photos/${i + 1}.png`))).rejects.toThrow(
      'cannot resume: got data.train.files.first "1.png", but the checkpoint was made with "0.png"; give what the run',
    );
    await expect(goOn(named((i) => `/data/a/stripes/${i === 7 ? "seven" : i}.png`))).rejects.toThrow(
      /got data\.train\.files\.sha256 "[0-9a-f]+…, but/,
    );
    expect(await goOn(named((i) => `D:\\moved\\${i}.png`))).toEqual([]);
    const older = checkpoints.at(-1)!; // of a version that kept no names: what a split without them gives now
    const identity = { ...older.progress.identity, recipe: resume.progress.identity.recipe! };
    expect(await goOn(start, [], { ...resume, progress: { ...resume.progress, identity } })).toEqual([
      { kind: "unchecked-images" },
    ]);
  });

  it("is refused where a tensor is missing or too much", async () => {
    const { state, progress } = checkpoints[3]!;
    const lacking = new Map([...state].filter(([name]) => name !== "momentum.fc.bias"));
    await expect(run({ resume: { state: lacking, progress } })).rejects.toThrow("momentum.fc.bias [3] among them");
    const more = new Map([...state, ["more", state.get("fc.bias")!] as const]);
    await expect(run({ resume: { state: more, progress } })).rejects.toThrow(UserError);
  });
});

describe("numbers that are not finite", () => {
  it("end the run with the step and the learning rate, and never reach a checkpoint", async () => {
    const saved: Checkpoint[] = [];
    const wild = { ...recipe, lr: 1e6, warmup: 0 };
    const running = train({
      runtime,
      graph,
      dataset,
      recipe: wild,
      seed: SEED,
      checkpointEvery: { steps: 1 },
      onCheckpoint: async (checkpoint) => void saved.push(checkpoint),
    });
    await expect(running).rejects.toThrow(
      /^training diverged: .* in epoch \d, step \d+, learning rate \d+.*; use a smaller learning rate$/,
    );
    expect(saved.length).toBeGreaterThan(0);
    for (const { state } of saved)
      for (const { data } of state.values()) expect(data.some((v) => !Number.isFinite(Number(v)))).toBe(false);
  });
});
