import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkFold } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";
import { opOf } from "./index.js";

/** A shape whose extent at an axis is the sum of some sizes; one of them may be 0. */
const cases = fc
  .tuple(shapes(1, 3), fc.nat(2), fc.array(extents(3), { minLength: 1, maxLength: 4 }))
  .map(([shape, i, sizes]) => {
    const axis = i % shape.length;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return { shape: shape.with(axis, total), axis, sizes };
  });

function node(inputs: string[], outputs: string[], attributes = {}) {
  return { name: "node", op: "Split", domain: "", inputs, outputs, attributes };
}

describe("Split", () => {
  it("cuts into given sizes, and into equal ones of which the last is smaller", async () => {
    const x = float32([5], [1, 2, 3, 4, 5]);
    const parts = await compute([x], (g, a) => [
      ...g.callMany("Split", [a, g.ints([1, 0, 4])], { axis: -1 }, 3),
      ...g.callMany("Split", [a], { num_outputs: 2 }, 2),
    ]);
    expect(parts.map(({ data }) => [...data])).toEqual([[1], [], [2, 3, 4, 5], [1, 2, 3], [4, 5]]);
  });

  it("gives every output a gradient, also where only some are used", () =>
    forAll(cases, ({ shape, axis, sizes }) =>
      checkGradient([randomTensor(shape, 1)], (g, x) => {
        const parts = g.callMany("Split", [x, g.ints(sizes)], { axis }, sizes.length);
        return g.call("Concat", [parts.at(-1), g.call("Mul", [parts[0], g.scalar(3)])], { axis });
      }),
    ));

  it("folds as ONNX Runtime computes", () =>
    forAll(cases, ({ shape, axis, sizes }) =>
      checkFold([randomTensor(shape, 1)], (g, x) =>
        g.call("Concat", g.callMany("Split", [x, g.ints(sizes)], { axis }, sizes.length).toReversed(), { axis }),
      ),
    ));

  it("cuts a shape that holds a name", () => {
    const g = new GraphBuilder("test");
    const shape = g.call("Shape", [g.input("x", "float32", ["N", 3, 8, 8])]);
    const [batch, rest] = g.callMany("Split", [shape, g.ints([1, 3])], {}, 2);
    expect([g.known(batch!)!.data, g.known(rest!)!.data]).toEqual([["N"], [3, 8, 8]]);
  });

  it("cuts a named extent into parts whose sizes are known", () => {
    const { outputs } = buildGraph([floats("N*2", 3)], (g, x) => {
      const half = g.call("Div", [g.call("Shape", [x], { end: 1 }), g.ints([2])]);
      return g.callMany("Split", [x, g.call("Concat", [half, half], { axis: 0 })], { axis: 0 }, 2);
    });
    expect(outputs.map(({ shape }) => shape)).toEqual([
      ["N", 3],
      ["N", 3],
    ]);
  });

  it("takes its sizes from the attribute that they were before opset 13", () => {
    const g = new GraphBuilder("test");
    g.input("x", "float32", ["N", 5]);
    const old = node(["x"], ["a", "b"], { axis: { int: 1 }, split: { ints: [2, 3] } });
    expect(g.append(opOf("Split", "").upgrade!(g, old, 11)).map(({ shape }) => shape)).toEqual([
      ["N", 2],
      ["N", 3],
    ]);
  });

  it("is equal parts where nothing is said before opset 18, and only where they are", () => {
    const g = new GraphBuilder("test");
    g.input("x", "float32", ["N", 6]);
    const upgrade = (outputs: string[]) =>
      opOf("Split", "").upgrade!(g, node(["x"], outputs, { axis: { int: -1 } }), 13);
    expect(upgrade(["a", "b", "c"]).attributes).toEqual({ axis: { int: -1 }, num_outputs: { int: 3 } });
    expect(() => upgrade(["a", "b", "c", "d"])).toThrow(
      "got extent 6 for 4 equal outputs; expected a multiple of them",
    );
  });

  it("wants as many outputs as it is told", () => {
    const split = () => buildGraph([floats(6)], (g, x) => g.callMany("Split", [x], { num_outputs: 3 }, 2, "node"));
    expect(split).toThrow("Split (node): got num_outputs 3 and 2 outputs; expected as many of each");
  });

  it("says which sizes do not add up", () => {
    expect(() =>
      buildGraph([floats(2, 5)], (g, x) => g.callMany("Split", [x, g.ints([2, 2])], { axis: 1 }, 2, "node")),
    ).toThrow(
      "Split (node): got sizes [2, 2] and 2 outputs for [2, 5]; expected a size for each output, together the extent of axis 1",
    );
    expect(() => buildGraph([floats(4)], (g, x) => g.callMany("Split", [x], { num_outputs: 6 }, 6, "node"))).toThrow(
      "Split (node): got extent 4 for 6 outputs; expected parts of 1 and a smaller last one",
    );
  });
});
