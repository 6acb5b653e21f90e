import { describe, expect, it } from "vitest";
import { compute } from "../../testing/build-graph.js";
import { channelBlockHere } from "../../testing/channel-block.js";
import { checkGradient } from "../../testing/check-gradient.js";
import { randomTensor } from "../../testing/random-tensor.js";

const block = await channelBlockHere();

describe.skipIf(block === undefined)("ReorderOutput", () => {
  it("undoes ReorderInput", async () => {
    const x = randomTensor([2, 3 * block!, 3, 5], 1);
    const [y] = await compute([x], (g, a) => {
      const stored = g.call("ReorderInput", [a]);
      const doubled = g.call("Add", [stored, stored]); // or the engine would drop both reorderings
      return g.call("ReorderOutput", [doubled], { channels: 3 * block! });
    });
    expect(y!.shape).toEqual(x.shape);
    expect(y!.data).toEqual(x.data.map((value) => 2 * value));
  });
});

describe("ReorderOutput without an engine", () => {
  it("has no gradient, and the error says why", async () => {
    const gradient = checkGradient([randomTensor([1, 16, 1, 1], 1)], (g, x) =>
      g.call("ReorderOutput", [x], { channels: 16 }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "ReorderOutput (node) has no gradient: it is made by lowering, after differentiation",
    );
  });
});
