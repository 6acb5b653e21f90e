import { describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { float32, int64 } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { trainingStep } from "../step/training-step.js";
import { channelBlockHere } from "../testing/channel-block.js";
import { randomTensor } from "../testing/random-tensor.js";
import { crossEntropy } from "../train/losses.js";
import { openStep } from "../train/open-step.js";
import { sgd } from "../train/optimizers/optimizers.js";

const block = await channelBlockHere();
const batch = 8;

describe("recompute", () => {
  const model = createModel("seresnet20", { classes: 10 });
  const planned = (channelBlock: number | undefined, recompute: boolean) =>
    trainingStep(model, { batch, loss: crossEntropy(), optimizer: sgd(), target: { channelBlock, recompute } });

  it.each([
    ["standard operators", undefined],
    ["channel blocks", block],
  ])("gives equal losses and weights, to the bit, over several steps: %s", async (_, channelBlock) => {
    const runtime = nodeRuntime({ threads: 2 });
    const ran = [];
    for (const recompute of [false, true]) {
      const session = await openStep({
        runtime,
        step: planned(channelBlock, recompute),
        weights: initialise(model, 1),
      });
      const losses = [];
      for (let step = 0; step < 3; step++) {
        const y = int64(
          [batch],
          Array.from({ length: batch }, (_, i) => (i * 3 + step) % 10),
        );
        const { loss } = await session.run({ x: randomTensor([batch, 3, 32, 32], step), y, lr: float32([], [0.1]) });
        losses.push(loss!.data[0]);
      }
      ran.push({ losses, state: await session.read() });
      await session.release();
    }
    await runtime.close();
    expect(ran[1]).toEqual(ran[0]);
    expect(new Set(ran[0]!.losses).size).toBe(3);
  });

  it.each([
    ["standard operators", undefined],
    ["channel blocks", 16],
  ])("computes convolutions of the blocks again, each once: %s", (_, channelBlock) => {
    const convolutions = (recompute: boolean) => {
      const { graph } = planned(channelBlock, recompute);
      return graph.nodes.filter(({ op }) => op === "Conv" || op === "NchwcConv");
    };
    const again = convolutions(true).filter(({ name }) => name.includes("/again/"));
    expect(convolutions(true).length).toBe(convolutions(false).length + again.length);
    expect(new Set(again.map(({ name }) => name)).size).toBe(again.length);
    expect(again.length).toBeGreaterThanOrEqual(12); // of 21; what lies behind the last cut is kept
  });

  it("stays in order: every node reads what comes before it", () => {
    const { graph } = planned(16, true);
    const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    const known = new Set([
      ...graph.inputs.map(({ name }) => name),
      ...graph.parameters.keys(),
      ...graph.constants.keys(),
    ]);
    const seen = new Set(known);
    for (const { inputs, outputs } of graph.nodes) {
      for (const name of inputs) if (name !== "") expect(seen.has(name) || !made.has(name)).toBe(true);
      for (const name of outputs) seen.add(name);
    }
  });
});
