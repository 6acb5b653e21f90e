import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { countParameters } from "../../graph/graph.js";
import { float32, type Tensor } from "../../graph/tensor.js";
import { runGraph } from "../../testing/run-graph.js";
import { Scope } from "../scope.js";
import { type SqueezeExciteOptions, squeezeExcite } from "./squeeze-excite.js";

function block(channels: number, options?: SqueezeExciteOptions) {
  const g = new GraphBuilder("test");
  g.output(squeezeExcite(new Scope(g, "se"), g.input("x", "float32", ["N", channels, 2, 2]), options), "y");
  g.output(g.value("se.gate"));
  return g.build();
}

/** Two maps that are 1 and 2 everywhere, one hidden unit, W1 = [1, 1] and W2 = [1, −1]. */
const byHand: Record<string, Tensor> = {
  x: float32([1, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2, 2]),
  "se.fc1.weight": float32([1, 2, 1, 1], [1, 1]),
  "se.fc2.weight": float32([2, 1, 1, 1], [1, -1]),
  "se.fc2.bias": float32([2], [0, 0]),
};

describe("squeezeExcite", () => {
  it("by hand: the hidden unit is 3, the gates σ(3) and σ(−3)", async () => {
    const { y, "se.gate": gate } = await runGraph(block(2), { ...byHand, "se.fc1.bias": float32([1], [0]) });
    expect(gate!.shape).toEqual([1, 2, 1, 1]);
    expect(gate!.data[0]).toBeCloseTo(0.952574, 6);
    expect(gate!.data[1]).toBeCloseTo(0.047426, 6);
    expect(y!.data[0]).toBeCloseTo(0.952574, 6);
    expect(y!.data[7]).toBeCloseTo(0.094852, 6);
  });

  it("by hand: a bias of −3 silences the hidden unit, and the gates are ½", async () => {
    const { y, "se.gate": gate } = await runGraph(block(2), { ...byHand, "se.fc1.bias": float32([1], [-3]) });
    expect([...gate!.data]).toEqual([0.5, 0.5]);
    expect([...y!.data]).toEqual([0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1]);
  });

  it.each([
    [64, 16, 4],
    [64, 8, 8],
    [24, 16, 1], // ⌊24/16⌋
    [8, 16, 1], // never none
    [6, 4, 1],
  ])("has %i channels / %i: %i hidden units, and biases", (channels, reduction, hidden) => {
    const graph = block(channels, { reduction });
    expect(graph.parameters.get("se.fc1.weight")!.shape).toEqual([hidden, channels, 1, 1]);
    expect(countParameters(graph)).toBe(2 * channels * hidden + hidden + channels);
  });

  it.each([0, -1, Number.NaN])("refuses a reduction of %d", (reduction) => {
    expect(() => block(8, { reduction })).toThrow(
      `squeezeExcite: got reduction ${reduction}; expected a positive number such as 16`,
    );
  });
});
