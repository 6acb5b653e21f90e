import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { compute } from "../../testing/build-graph.js";
import { channelBlockHere } from "../../testing/channel-block.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { randomTensor } from "../../testing/random-tensor.js";

const block = await channelBlockHere();

describe.skipIf(block === undefined)("ReorderInput", () => {
  it("puts the channels of a block side by side", async () => {
    const channels = 2 * block!;
    const x = float32(
      [1, channels, 1, 2],
      Array.from({ length: 2 * channels }, (_, i) => i),
    );
    // The sum keeps the engine from undoing a reordering that nothing uses.
    const [y] = await compute([x], (g, a) => {
      const stored = g.call("ReorderInput", [a]);
      return g.call("Add", [stored, stored]);
    });
    const firstPixel = Array.from({ length: block! }, (_, c) => 2 * (2 * c));
    expect([...y!.data.subarray(0, block)]).toEqual(firstPixel);
    expect([...y!.data.subarray(block, 2 * block!)]).toEqual(firstPixel.map((value) => value + 2));
  });
});

describe("ReorderInput without an engine", () => {
  it("has no gradient, and the error says why", async () => {
    const gradient = checkGradient([randomTensor([1, 16, 1, 1], 1)], (g, x) => g.call("ReorderInput", [x], {}, "node"));
    await expect(gradient).rejects.toThrow(
      "ReorderInput (node) has no gradient: it is made by lowering, after differentiation",
    );
  });
});
