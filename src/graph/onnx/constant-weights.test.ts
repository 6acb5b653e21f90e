import { describe, expect, it } from "vitest";
import { attr, type FileNode, floatTensor, node, onnxFile, value } from "../../testing/onnx-file.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

const x = randomTensor([2, 3, 4, 4], 1);

const held = (name: string, dims: number[]): FileNode => {
  const numbers = Array.from(randomTensor(dims, name.length).data, (value) => 0.5 + Math.abs(Number(value)));
  return node("Constant", [], [name], { attribute: [attr.tensor("value", floatTensor(name, dims, numbers))] });
};

/** A file whose weights lie in Constant nodes, from x [N, 3, 4, 4] to y [N, 2]. */
function frozen(nodes: FileNode[], producerName = "exporter") {
  const input = [value("x", ["N", 3, 4, 4])];
  return onnxFile({ input, output: [value("y", ["N", 2])], node: nodes }, { model: { producerName } });
}

const pool = [node("GlobalAveragePool", ["c"], ["p"]), node("Flatten", ["p"], ["f"])];
const conv = node("Conv", ["x", "w", "b"], ["c"], { attribute: [attr.ints("kernel_shape", [1, 1])] });
const transposed = attr.int("transB", 1);

/** [what, nodes, the parameters]. */
const cases: readonly (readonly [string, FileNode[], string[]])[] = [
  [
    "a convolution and a dense layer",
    [
      held("w", [4, 3, 1, 1]),
      held("b", [4]),
      held("v", [2, 4]),
      held("d", [2]),
      conv,
      ...pool,
      node("Gemm", ["f", "v", "d"], ["y"], { attribute: [transposed] }),
    ],
    ["w", "b", "v", "d"],
  ],
  [
    "a batch norm, a PRelu and a product with a bias of its own",
    [
      ...["scale", "shift", "mean", "var"].map((name) => held(name, [3])),
      held("slope", [3, 1, 1]),
      held("v", [3, 2]),
      held("d", [2]),
      node("BatchNormalization", ["x", "scale", "shift", "mean", "var"], ["n"]),
      node("PRelu", ["n", "slope"], ["c"]),
      ...pool,
      node("MatMul", ["f", "v"], ["m"]),
      node("Add", ["d", "m"], ["y"]),
    ],
    ["scale", "shift", "mean", "var", "slope", "v", "d"],
  ],
  [
    "weights that go through an Identity and a Transpose",
    [
      held("w", [2, 3]),
      node("Identity", ["w"], ["i"]),
      node("Transpose", ["i"], ["t"]),
      node("GlobalAveragePool", ["x"], ["p"]),
      node("Flatten", ["p"], ["f"]),
      node("MatMul", ["f", "t"], ["y"]),
    ],
    ["w"],
  ],
  [
    "no mean and standard deviation before the first layer",
    [
      held("mean", [1, 3, 1, 1]),
      held("std", [1, 3, 1, 1]),
      held("w", [2, 3]),
      node("Sub", ["x", "mean"], ["s"]),
      node("Div", ["s", "std"], ["c"]),
      ...pool,
      node("Gemm", ["f", "w"], ["y"], { attribute: [transposed] }),
    ],
    ["w"],
  ],
];

describe("weights in Constant nodes are parameters", () => {
  it.each(cases)("of %s", async (_, nodes, names) => {
    const file = frozen(nodes);
    const { graph, weights } = readOnnx(file);
    expect([...graph.parameters.keys()].toSorted()).toEqual(names.toSorted());
    expect(await runFile(writeOnnx(graph, weights), { x })).toEqual(await runFile(file, { x }));
  });

  it("statistics are not learnt", () => {
    const { parameters } = readOnnx(frozen(cases[1]![1])).graph;
    expect(["mean", "var", "scale"].map((name) => parameters.get(name)!.trainable)).toEqual([false, false, true]);
  });

  it("but constants in our own files stay constants", () => {
    const { graph } = readOnnx(frozen(cases[0]![1], "senet"));
    expect(graph.parameters.size).toBe(0);
    expect(readOnnx(writeOnnx(graph, new Map())).graph.constants.size).toBe(4);
  });
});
