import { describe, expect, it } from "vitest";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers/optimizers.js";
import { emaWeights } from "./state.js";
import { batchOf, scalar, smallNet, stepping, weightsOf } from "./stepping.test.helper.js";
import { trainingStep } from "./training-step.js";
import type { WeightAverage } from "./weight-average.js";

const net = smallNet();
const weights = weightsOf(net);
const planOf = (ema?: WeightAverage) =>
  trainingStep(net, {
    batch: 4,
    loss: crossEntropy(),
    optimizer: sgd(),
    ema,
    groups: [{ match: "fc.*", freeze: true }],
  });

/**
 * The average of every renewed tensor after some steps, in double precision: e ← d·e + (1 − d)·w, d by the step from 0.
 */
async function averaged(ema: WeightAverage, decayAt: (t: number) => number) {
  const plan = planOf(ema);
  const run = await stepping(plan, weights);
  const names = plan.state.flatMap(({ kind, input }) => (/parameter|statistic/.test(kind) ? [input] : []));
  const expected = new Map(names.map((name) => [name, run.numbers(name)]));
  for (let t = 0; t < 6; t++) {
    await run.step({ ...batchOf(4, t), lr: scalar(0.2) });
    for (const name of names) {
      const now = run.numbers(name);
      const d = decayAt(t);
      expected.set(
        name,
        expected.get(name)!.map((value, i) => d * value + (1 - d) * now[i]!),
      );
    }
  }
  await run.release();
  return { plan, run, expected };
}

describe("averageWeights", () => {
  it.each<[string, WeightAverage, (t: number) => number]>([
    ["with a fixed decay", { decay: 0.7 }, () => 0.7],
    ["warming up", { decay: 0.5, warmup: true }, (t) => Math.min(0.5, 1 - (1 + t) ** (-2 / 3))],
  ])("follows parameters and running statistics %s", async (_, ema, decayAt) => {
    const { run, expected } = await averaged(ema, decayAt);
    for (const [name, values] of expected) {
      for (const [i, value] of values.entries()) expect(run.numbers(`ema.${name}`)[i]).toBeCloseTo(value, 5);
    }
    expect([...expected.keys()]).toContain("bn1.running_var");
  });

  it("is what is evaluated; frozen parameters stand beside it as they are", async () => {
    const { plan, run } = await averaged({ decay: 0.7 }, () => 0.7);
    const given = emaWeights(plan, run.state);
    expect([...given.keys()].toSorted()).toEqual([...net.parameters.keys()].toSorted());
    expect(given.get("conv1.weight")).toBe(run.state.get("ema.conv1.weight"));
    expect(given.get("bn1.running_mean")).toBe(run.state.get("ema.bn1.running_mean"));
    expect(given.get("fc.weight")).toBe(weights.get("fc.weight"));
  });

  it("costs nothing where it is off: the weights themselves are evaluated", async () => {
    const plan = planOf();
    expect(plan.state.filter(({ kind }) => kind === "average" || kind === "counter")).toEqual([]);
    const run = await stepping(plan, weights);
    expect(emaWeights(plan, run.state).get("conv1.weight")).toBe(weights.get("conv1.weight"));
    await run.release();
  });
});
