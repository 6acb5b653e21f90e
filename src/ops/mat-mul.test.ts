import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costByNode } from "../account/cost.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastPairs, extents, forAll } from "../testing/for-all.js";
import { node, onnxFile, value } from "../testing/onnx-file.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runFile, runGraph } from "../testing/run-graph.js";

describe("MatMul", () => {
  it("multiplies matrices, by hand", async () => {
    const [y] = await compute([float32([1, 2], [1, 2]), float32([2, 2], [3, 4, 5, 6])], (g, a, b) =>
      g.call("MatMul", [a, b]),
    );
    expect(y).toEqual(float32([1, 2], [13, 16]));
  });

  it("has the gradient that finite differences give, with the axes before the matrices broadcast", () => {
    const sizes = fc.tuple(extents(4), extents(4), extents(4));
    const batches = broadcastPairs().filter(([a, b]) => a.length <= 3 && b.length <= 3);
    return forAll(fc.tuple(sizes, batches), ([[i, k, j], [a, b]]) =>
      checkGradient([randomTensor([...a, i, k], 1), randomTensor([...b, k, j], 2)], (g, p, q) =>
        g.call("MatMul", [p, q]),
      ),
    );
  });

  it.each([
    [[3], [3]],
    [[4], [2, 4, 1]],
    [[1, 2, 4, 3], [3]],
  ])("reads vectors in files as rows and columns: %j times %j", async (a, b) => {
    const inputs = [value("a", a), value("b", b)];
    const file = onnxFile({ input: inputs, output: [value("y", [])], node: [node("MatMul", ["a", "b"], ["y"])] });
    const feeds = { a: randomTensor(a, 1), b: randomTensor(b, 2) };
    expect(await runGraph(readOnnx(file).graph, feeds)).toEqual(await runFile(file, feeds));
  });

  it("costs rows times columns times the length of the sum, for every matrix of the batch", () => {
    const graph = buildGraph([floats("N", 3, 4), floats(4, 5)], (g, a, b) => g.call("MatMul", [a, b]));
    expect(costByNode(graph)[0]!.macs).toBe(3 * 4 * 5);
  });

  it.each([
    [
      [2, 3],
      [4, 5],
    ],
    [[3], [3, 5]],
  ])("refuses %j times %j", (a, b) => {
    expect(() => buildGraph([floats(...a), floats(...b)], (g, p, q) => g.call("MatMul", [p, q], {}, "node"))).toThrow(
      `MatMul (node): got A [${a.join(", ")}], B [${b.join(", ")}]; expected A [.., I, K] and B [.., K, J]`,
    );
  });
});
