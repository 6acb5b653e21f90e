import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import {
  attr,
  type FileAttribute,
  type FileNode,
  type FileTensor,
  floatTensor,
  node,
  onnxFile,
  value,
} from "../../testing/onnx-file.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import type { Tensor } from "../tensor.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

const x = randomTensor([2, 3, 4, 6], 1);
const text = (name: string, s: string) => ({ name, type: 3, s: new TextEncoder().encode(s) }) as FileAttribute;
const whole = (name: string, dims: number[], ...int64Data: number[]) =>
  ({ name, dataType: 7, dims: dims.map(BigInt), int64Data: int64Data.map(BigInt) }) as FileTensor;

/** A file whose last node gives y [of the rank of `shape`] of x. */
function fileOf(opset: number, nodes: readonly FileNode[], rank: number, initializer: readonly FileTensor[] = []) {
  const input = [
    value("x", [2, 3, 4, 6]),
    ...initializer.map(({ name, dims, dataType }) => given(String(name), dims, Number(dataType))),
  ];
  const axes = Array.from({ length: rank }, () => undefined);
  return onnxFile({ input, output: [value("y", axes)], node: [...nodes], initializer: [...initializer] }, { opset });
}

/** Older files list their initializers among the inputs. */
function given(name: string, dims: FileTensor["dims"] = [], type: number) {
  return value(name, dims.map(Number), type);
}

async function expectSame(file: Uint8Array, feeds: Record<string, Tensor> = { x }) {
  const { graph, weights } = readOnnx(file);
  const [ours, theirs] = [await runFile(writeOnnx(graph, weights), feeds), await runFile(file, feeds)];
  expect(ours.y!.shape).toEqual(theirs.y!.shape);
  const numbers = Array.from(theirs.y!.data, Number);
  for (const [i, number] of Array.from(ours.y!.data, Number).entries()) expect(number).toBeCloseTo(numbers[i]!, 5);
}

const of = (op: string, attribute: FileAttribute[] = [], inputs: string[] = ["x"]) =>
  node(op, inputs, ["y"], { attribute });
const scales = (...factors: number[]) => floatTensor("s", [4], factors);
const four = ["scale", "bias", "mean", "var"].map((name, i) => floatTensor(name, [3], [0.5 + i, 1, 1.5]));
const linear = text("mode", "linear");
const pads = attr.ints("pads", [0, 0, 1, 2, 0, 0, 0, 1]);

/** What an opset before 11 means by an operator: [opset, what, node, rank of y, initializers]. */
const cases: readonly (readonly [number, string, FileNode, number, (readonly FileTensor[])?])[] = [
  [7, "Clip by attributes", of("Clip", [attr.float("min", -0.25), attr.float("max", 0.5)]), 4],
  [10, "Clip with one limit", of("Clip", [attr.float("max", 0.5)]), 4],
  [7, "Clip without limits", of("Clip"), 4],
  [7, "Pad", of("Pad", [pads, attr.float("value", 0.5)]), 4],
  [10, "Pad by reflection", of("Pad", [pads, text("mode", "reflect")]), 4],
  [9, "Pad by the edge", of("Pad", [pads, text("mode", "edge")]), 4],
  [7, "Slice", of("Slice", [attr.ints("starts", [1, -3]), attr.ints("ends", [9, -1]), attr.ints("axes", [2, 3])]), 4],
  [9, "Slice without axes", of("Slice", [attr.ints("starts", [0, 1]), attr.ints("ends", [2, 3])]), 4],
  [7, "TopK", node("TopK", ["x"], ["y", "i"], { attribute: [attr.int("k", 2), attr.int("axis", 1)] }), 4],
  [9, "TopK along the last axis", node("TopK", ["x"], ["y", "i"], { attribute: [attr.int("k", 3)] }), 4],
  [7, "Dropout", of("Dropout", [attr.float("ratio", 0.3)]), 4],
  [10, "Dropout with its mask", node("Dropout", ["x"], ["y", "mask"], { attribute: [attr.float("ratio", 0.3)] }), 4],
  [7, "Softmax of rows", of("Softmax"), 4],
  [9, "Softmax from the third axis on", of("Softmax", [attr.int("axis", 2)]), 4],
  [10, "LogSoftmax", of("LogSoftmax", [attr.int("axis", 3)]), 4],
  [7, "BatchNormalization", of("BatchNormalization", [attr.int("spatial", 1)], ["x", ...names(four)]), 4, four],
  [8, "BatchNormalization, `spatial` left out", of("BatchNormalization", [], ["x", ...names(four)]), 4, four],
  [
    9,
    "BatchNormalization of 9",
    of("BatchNormalization", [attr.float("momentum", 0.1)], ["x", ...names(four)]),
    4,
    four,
  ],
  [7, "Upsample by an attribute", of("Upsample", [attr.floats("scales", [1, 1, 2, 3])]), 4],
  [8, "Upsample, linear", of("Upsample", [attr.floats("scales", [1, 1, 2, 1.5]), linear]), 4],
  [9, "Upsample by an input", of("Upsample", [], ["x", "s"]), 4, [scales(1, 1, 1.5, 2)]],
  [10, "Resize", of("Resize", [], ["x", "s"]), 4, [scales(1, 1, 2, 2)]],
  [10, "Resize to fewer pixels", of("Resize", [], ["x", "s"]), 4, [scales(1, 1, 0.5, 0.6)]],
  [10, "Resize, one axis growing and one shrinking", of("Resize", [], ["x", "s"]), 4, [scales(1, 1, 1.6, 0.6)]],
  [10, "Resize, linear", of("Resize", [linear], ["x", "s"]), 4, [scales(1, 1, 0.7, 1.7)]],
  [7, "ReduceSum", of("ReduceSum", [attr.ints("axes", [2, 3]), attr.int("keepdims", 0)]), 2],
  [8, "ReduceMean of all", of("ReduceMean", [attr.int("keepdims", 0)]), 0],
  [7, "Unsqueeze", of("Unsqueeze", [attr.ints("axes", [0, 2])]), 6],
  [7, "AveragePool", of("AveragePool", [attr.ints("kernel_shape", [2, 2]), attr.ints("strides", [2, 2])]), 4],
  [8, "MaxPool", of("MaxPool", [attr.ints("kernel_shape", [3, 2]), attr.int("storage_order", 0)]), 4],
  [
    9,
    "Scatter",
    of("Scatter", [attr.int("axis", 1)], ["x", "i", "u"]),
    4,
    [whole("i", [1, 2, 1, 1], 2, 0), floatTensor("u", [1, 2, 1, 1], [5, 7])],
  ],
  [7, "Flatten", of("Flatten"), 2],
  [7, "Add of a vector", of("Add", [], ["x", "v"]), 4, [floatTensor("v", [6], [1, 2, 3, 4, 5, 6])]],
];

function names(tensors: readonly FileTensor[]): string[] {
  return tensors.map(({ name }) => String(name));
}

describe("a file of an opset before 11 means what it means to ONNX Runtime", () => {
  const whole = cases.map(([opset, what, last, rank, tensors = []]) => [opset, what, last, rank, tensors] as const);
  it.each(whole)("%i: %s", async (opset, _, last, rank, initializer) => {
    await expectSame(fileOf(opset, [last], rank, initializer));
  });

  it("also a dense layer with a bias to be stretched, and a squeeze", async () => {
    const nodes = [
      node("GlobalAveragePool", ["x"], ["p"]),
      node("Squeeze", ["p"], ["f"], { attribute: [attr.ints("axes", [2, 3])] }),
      node("Gemm", ["f", "w", "b"], ["y"], { attribute: [attr.int("transB", 1)] }),
    ];
    const w = floatTensor("w", [2, 3], [1, -2, 3, -4, 5, -6]);
    for (const opset of [7, 9, 10]) await expectSame(fileOf(opset, nodes, 2, [w, floatTensor("b", [1], [0.5])]));
  });
});

describe("what an older opset alone has is refused by name", () => {
  const refused = (file: Uint8Array) => {
    expect(() => readOnnx(file)).toThrow(UserError);
    return expect(() => readOnnx(file));
  };

  it("a batch norm with statistics for every pixel", () => {
    const maps = ["scale", "bias", "mean", "var"].map((name) => floatTensor(name, [72], Array<number>(72).fill(1)));
    const last = of("BatchNormalization", [attr.int("spatial", 0)], ["x", ...names(maps)]);
    refused(fileOf(7, [last], 4, maps)).toThrow("BatchNormalization (y): got spatial 0 for maps; expected 1");
  });

  it("operators that are no more", () => {
    refused(fileOf(7, [of("ImageScaler", [attr.float("scale", 2)])], 4)).toThrow(
      "operator ImageScaler is not supported",
    );
    refused(
      fileOf(9, [of("Upsample", [], ["x", "computed"]), node("Abs", ["s"], ["computed"])], 4, [scales(1, 1, 2, 2)]),
    ).toThrow("Upsample (y): got scales that are computed; expected a constant");
  });

  it("an attribute of another kind", () => {
    refused(fileOf(10, [of("Clip", [attr.int("min", 1)])], 4)).toThrow("got attribute min of kind int; expected float");
  });
});
