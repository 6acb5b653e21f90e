import { describe, expect, it } from "vitest";
import { concrete } from "../graph/dims/shape.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { crossEntropy } from "../train/losses.js";
import { adamW, sgd } from "../train/optimizers/optimizers.js";
import { batchOf, flag, scalar, smallNet, stepping, weightsOf } from "./stepping.test.helper.js";
import { trainingStep } from "./training-step.js";

const plainNet = smallNet({ norm: false });
const weights = weightsOf(plainNet);
const parts = [1, 2, 3].map((seed) => batchOf(4, seed));

/** Several batches as one. */
function joined(batches: readonly { x: Tensor; y: Tensor }[]): { x: Tensor; y: Tensor } {
  const n = batches.reduce((sum, { y }) => sum + y.data.length, 0);
  const x = batches.flatMap((batch) => Array.from(batch.x.data, Number));
  const y = batches.flatMap((batch) => Array.from(batch.y.data, Number));
  return { x: float32([n, ...batches[0]!.x.shape.slice(1)], x), y: int64([n], y) };
}

const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe("three accumulated micro-batches", () => {
  const loss = crossEntropy();
  const options = { loss, optimizer: adamW({ weightDecay: 0.1 }), ema: { decay: 0.5 }, clip: { norm: 0.5 } };
  const plan = trainingStep(plainNet, { ...options, batch: 4, accumulate: 3 });
  const whole = trainingStep(plainNet, { ...options, batch: 12 });

  it("move everything as one batch of all their images does, twice in a row", async () => {
    const [accumulating, once] = [await stepping(plan, weights), await stepping(whole, weights)];
    for (let update = 0; update < 2; update++) {
      const losses: number[] = [];
      let norm = 0;
      for (const [i, part] of parts.entries()) {
        const results = await accumulating.step({ ...part, lr: scalar(0.1), apply: flag(i === 2) });
        losses.push(Number(results.loss!.data[0]));
        norm = Number(results.gradNorm!.data[0]);
      }
      const results = await once.step({ ...joined(parts), lr: scalar(0.1) });
      expect(losses.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo(Number(results.loss!.data[0]), 5);
      expect(norm).toBeCloseTo(Number(results.gradNorm!.data[0]), 5);
      expect(accumulating.numbers("step")).toEqual([update + 1]);
    }
    for (const { input } of whole.state) {
      const expected = once.numbers(input);
      const error = Math.hypot(...expected.map((value, i) => accumulating.numbers(input)[i]! - value));
      expect([input, error / Math.max(Math.hypot(...expected), 1e-3) < 1e-3]).toEqual([input, true]);
    }
    await accumulating.release();
    await once.release();
  });

  it("leave weights, optimizer, averages and the count as they are, to the bit, until the last one", async () => {
    const run = await stepping(plan, weights);
    await run.step({ ...parts[0]!, lr: scalar(0.1), apply: flag(true) }); // so that nothing is at its first value
    const before = new Map(run.state);
    await run.step({ ...parts[1]!, lr: scalar(0.1), apply: flag(false) });
    for (const { input, kind } of plan.state) {
      const same = bytes(run.state.get(input)!).equals(bytes(before.get(input)!));
      expect([input, same]).toEqual([input, kind !== "gradient"]);
    }
    await run.release();
  });

  it("forget their gradients once these are applied", async () => {
    const run = await stepping(plan, weights);
    await run.step({ ...parts[0]!, lr: scalar(0.1), apply: flag(true) });
    const sums = plan.state.filter(({ kind }) => kind === "gradient").map(({ input }) => input);
    expect(sums).toEqual([...plainNet.parameters.keys()].map((name) => `gradient.${name}`));
    for (const name of sums) expect(run.numbers(name).every((value) => value === 0)).toBe(true);
    await run.release();
  });

  it("renew running statistics each by itself", async () => {
    const net = smallNet();
    const plan = trainingStep(net, { batch: 4, loss, optimizer: sgd(), accumulate: 2 });
    const run = await stepping(plan, weightsOf(net));
    const seen: number[][] = [run.numbers("bn1.running_mean")];
    for (const part of parts) {
      await run.step({ ...part, lr: scalar(0.1), apply: flag(false) });
      seen.push(run.numbers("bn1.running_mean"));
    }
    expect(new Set(seen.map(String)).size).toBe(4);
    await run.release();
  });
});

describe("without accumulation", () => {
  it("nothing of it is in the graph", () => {
    const { graph, state } = trainingStep(plainNet, { batch: 4, loss: crossEntropy(), optimizer: sgd() });
    expect(graph.nodes.filter(({ op }) => op === "Where")).toEqual([]);
    expect(graph.inputs.map(({ name }) => name)).not.toContain("apply");
    expect(new Set(state.map(({ kind }) => kind))).toEqual(new Set(["parameter", "optimizer"]));
    for (const { input, shape, dtype } of state) {
      const declared = [...graph.inputs].find(({ name }) => name === input) ?? graph.parameters.get(input);
      expect([dtype, shape]).toEqual([declared!.dtype, concrete(declared!)]);
    }
  });
});
