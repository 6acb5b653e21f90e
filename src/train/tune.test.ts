import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Weights } from "../graph/graph.js";
import type { Task } from "../lower/algorithms.js";
import { taskText } from "../lower/algorithms.js";
import { lower, type Target } from "../lower/lower.js";
import type { Notice } from "../notice.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { type AlgorithmTable, choicesOf, fastest } from "./algorithm-table.js";
import type { Checkpoint } from "./checkpoint.js";
import { readProgress, writeProgress } from "./checkpoint.js";
import { planTraining } from "./plan.js";
import { defaultRecipe, type Recipe } from "./recipe.js";
import { stripes, stripesNet } from "./stripes.test.helper.js";
import { type TrainOptions, train } from "./trainer.js";
import { emptyTable, tune, unmeasured } from "./tune.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const dataset = stripes();
const graph = stripesNet();
const recipe: Recipe = { ...defaultRecipe, epochs: 1, batch: 16, augment: dataset.augment };
const plan = (target: Target) => planTraining(graph, recipe, target);
const run = (options: Partial<TrainOptions>) => train({ runtime, graph, dataset, recipe, seed: 5, ...options });
const bits = (weights: Weights) =>
  new Map([...weights].map(([name, { data }]) => [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));

let table: AlgorithmTable;
beforeAll(async () => {
  table = await emptyTable(runtime, "this one");
  await tune({ runtime, tasks: unmeasured(plan, table), table });
});

describe("tune", () => {
  it("measures every way of every gradient of a convolution once", () => {
    const tasks = Object.entries(table.milliseconds);
    expect(tasks.length).toBeGreaterThan(2);
    for (const [task, measured] of tasks) {
      expect(task).toMatch(/^Conv(Input|Weight)Gradient \d/);
      expect(Object.keys(measured).length).toBeGreaterThan(1);
      for (const milliseconds of Object.values(measured)) expect(milliseconds).toBeGreaterThan(0);
    }
    expect(unmeasured(plan, table).size).toBe(0);
  });

  it("measures again what was measured with other algorithms", () => {
    const [first, ...rest] = Object.keys(table.milliseconds);
    const old = { ...table, milliseconds: { ...table.milliseconds, [first!]: { formerly: 1 } } };
    expect([...unmeasured(plan, old).keys()]).toEqual([first]);
    expect(rest.length).toBeGreaterThan(0);
  });

  it("tells how far it is, and stops between two tasks", async () => {
    const stop = new AbortController();
    const begun = await emptyTable(runtime, "this one");
    const seen: string[] = [];
    const stopped = tune({
      runtime,
      tasks: unmeasured(plan, begun),
      table: begun,
      signal: stop.signal,
      onTask: (done, of) => {
        seen.push(`${done} of ${of}`);
        if (done === 2) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow("aborted");
    expect(seen).toEqual(["1", "2"].map((done) => `${done} of ${Object.keys(table.milliseconds).length}`));
    expect(Object.keys(begun.milliseconds).length).toBe(2);
  });
});

describe("the choice of a table", () => {
  it("is the fastest algorithm, and the rule's where that is about as fast", () => {
    expect(fastest({ rule: 10, other: 9.6 })).toBe("rule");
    expect(fastest({ rule: 10, other: 9.5, third: 9 })).toBe("third");
    expect(fastest({ rule: 10, other: 12 })).toBe("rule");
  });

  it("decides how the step is written", () => {
    const inputs = [floats(4, 8, 6, 6), floats(4, 8, 6, 6)];
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    const one = buildGraph(inputs, (g, x, dy) => g.call("ConvWeightGradient", [x, dy], attributes));
    const met = new Set<string>();
    const ops = (choice: string) => {
      const choose = (task: Task) => {
        met.add(taskText(task));
        return choice;
      };
      return lower(one, { choose }).nodes.map(({ op }) => op);
    };
    expect(ops("taps")).toContain("MatMul");
    expect(ops("one-convolution")).toContain("Conv");
    expect(() => ops("magic")).toThrow(/got the algorithm "magic"; expected one of taps, one-convolution/);
    expect([...met]).toEqual(["ConvWeightGradient 4x8x6x6 4x8x6x6 kernel_shape=3,3 pads=1,1,1,1"]);
  });

  it("gives the same bits for the same table, and goes on with its own after a stop", async () => {
    // Choices that the rule does not make, so that they show.
    const others = Object.entries(table.milliseconds).map(([task, measured]) => [
      task,
      Object.fromEntries(Object.keys(measured).map((name, i, all) => [name, all.length - i])),
    ]);
    const algorithms = choicesOf({ ...table, milliseconds: Object.fromEntries(others) });
    const checkpoints: Checkpoint[] = [];
    const whole = await run({
      algorithms,
      checkpointEvery: { steps: 2 },
      onCheckpoint: async ({ state, progress }) => {
        checkpoints.push({ state, progress: readProgress(writeProgress(progress), "p") });
      },
    });
    const [again, byRule] = [await run({ algorithms }), await run({})];
    expect(bits(again.weights)).toEqual(bits(whole.weights));
    expect(bits(byRule.weights)).not.toEqual(bits(whole.weights));
    const notices: Notice[] = [];
    const resumed = await run({ resume: checkpoints[1]!, onNotice: (notice) => notices.push(notice) });
    expect(bits(resumed.weights)).toEqual(bits(whole.weights));
    expect(notices).toEqual([]);
    for (const [name, { data }] of byRule.weights) {
      for (const [i, value] of data.entries()) {
        expect(Number(whole.weights.get(name)!.data[i])).toBeCloseTo(Number(value), 2);
      }
    }
  });
});
