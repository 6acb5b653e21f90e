import { describe, expect, it } from "vitest";
import { compute } from "../../testing/build-graph.js";
import { channelBlockHere } from "../../testing/channel-block.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";

const block = await channelBlockHere();

describe.skipIf(block === undefined)("NchwcConv", () => {
  it("gives what Conv, bias, sum and ReLU give, one channel per group", async () => {
    const channels = 2 * block!;
    const inputs = [
      randomTensor([2, channels, 4, 5], 1),
      randomTensor([channels, 1, 1, 1], 2),
      randomTensor([channels], 3),
      randomTensor([2, channels, 4, 5], 4),
    ];
    const [blocked, plain] = await compute(inputs, (g, x, w, b, sum) => {
      const [stored, storedSum] = [g.call("ReorderInput", [x]), g.call("ReorderInput", [sum])];
      const y = g.call("NchwcConv", [stored, w, b, storedSum], { group: channels, activation: "Relu" });
      return [
        g.call("ReorderOutput", [y], { channels }),
        g.call("Relu", [g.call("Add", [g.call("Conv", [x, w, b], { group: channels }), sum])]),
      ];
    });
    expect(largestError(blocked!, plain!)).toBeLessThan(1e-6);
  });

  it("takes an ordinary filter stored as [O/b, I/b, kH, kW, i, o]", async () => {
    const b = block!;
    const inputs = [randomTensor([2, 2 * b, 6, 5], 1), randomTensor([3 * b, 2 * b, 3, 3], 2)];
    const [blocked, plain] = await compute(inputs, (g, x, w) => {
      const split = g.call("Reshape", [w, g.ints([3, b, 2, b, 3, 3])]);
      const stored = g.call("Transpose", [split], { perm: [0, 2, 4, 5, 3, 1] });
      const filter = g.call("Reshape", [stored, g.ints([3 * b, 2 * b, 3, 3])]);
      const window = { strides: [2, 1], pads: [1, 1, 0, 2] };
      const y = g.call("NchwcConv", [g.call("ReorderInput", [x]), filter], window);
      return [g.call("ReorderOutput", [y], { channels: 3 * b }), g.call("Conv", [x, w], window)];
    });
    expect(largestError(blocked!, plain!)).toBeLessThan(1e-5);
  });
});

describe("NchwcConv without an engine", () => {
  it("has no gradient, and the error says why", async () => {
    const inputs = [randomTensor([1, 16, 1, 1], 1), randomTensor([16, 16, 1, 1], 2)];
    const gradient = checkGradient(inputs, (g, x, w) => g.call("NchwcConv", [x, w], {}, "node"));
    await expect(gradient).rejects.toThrow(
      "NchwcConv (node) has no gradient: it is made by lowering, after differentiation",
    );
  });
});
