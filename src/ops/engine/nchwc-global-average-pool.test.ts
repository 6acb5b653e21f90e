import { describe, expect, it } from "vitest";
import { compute } from "../../testing/build-graph.js";
import { channelBlockHere } from "../../testing/channel-block.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";

const block = await channelBlockHere();

describe.skipIf(block === undefined)("NchwcGlobalAveragePool", () => {
  it("gives the means of the plain pool", async () => {
    const x = randomTensor([2, 3 * block!, 5, 3], 1);
    const [blocked, plain] = await compute([x], (g, a) => [
      g.call("NchwcGlobalAveragePool", [g.call("ReorderInput", [a])]),
      g.call("GlobalAveragePool", [a]),
    ]);
    expect(largestError(blocked!, plain!)).toBeLessThan(1e-6);
  });
});

describe("NchwcGlobalAveragePool without an engine", () => {
  it("has no gradient, and the error says why", async () => {
    const gradient = checkGradient([randomTensor([1, 16, 2, 2], 1)], (g, x) =>
      g.call("NchwcGlobalAveragePool", [x], {}, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "NchwcGlobalAveragePool (node) has no gradient: it is made by lowering, after differentiation",
    );
  });
});
