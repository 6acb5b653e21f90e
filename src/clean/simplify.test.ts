import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Dim, Graph, Value } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { differentiate } from "../step/differentiate.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runFile, runGraph } from "../testing/run-graph.js";
import { readSafetensors } from "../weights/safetensors/safetensors.js";
import { bindDims } from "./replay.js";
import { simplify } from "./simplify.js";

/** What exporters write, node by node, none of it folded. */
class Exporter {
  readonly g = new GraphBuilder("exported", { fold: false });

  whole(value: number): Value {
    return this.g.constant(int64([], [value]));
  }

  /** `x.size(i)`: Shape, Gather. */
  size(x: Value, i: number): Value {
    return this.g.call("Gather", [this.g.call("Shape", [x]), this.whole(i)]);
  }

  /** `x.view(...)`: each computed size Unsqueezed, all of them joined. */
  view(x: Value, sizes: readonly (Value | number)[]): Value {
    const parts = sizes.map((size) =>
      typeof size === "number" ? this.g.ints([size]) : this.g.call("Unsqueeze", [size, this.g.ints([0])]),
    );
    return this.g.call("Reshape", [x, this.g.call("Concat", parts, { axis: 0 })]);
  }
}

type Write = (e: Exporter, x: Value) => Value;

function exported(shape: readonly Dim[], write: Write): Graph {
  const e = new Exporter();
  const y = write(e, e.g.input("x", "float32", shape));
  e.g.output(y, "y");
  return e.g.build();
}

/** The operators of a graph, in order. */
function ops(graph: Graph): string[] {
  return graph.nodes.map(({ op }) => op);
}

/** The numbers of every constant that a Reshape or Expand takes as its target. */
function targetsOf(graph: Graph): number[][] {
  return graph.nodes.flatMap(({ op, inputs }) =>
    op === "Reshape" || op === "Expand" ? [Array.from(graph.constants.get(inputs[1]!)!.data, Number)] : [],
  );
}

async function expectSame(graph: Graph, other: Graph, x: Tensor): Promise<void> {
  const [before, after] = await Promise.all([graph, other].map((each) => runFile(writeOnnx(each), { x })));
  expect(after).toEqual(before);
}

/** Everything that PyTorch and tf2onnx write around shapes, with what is left of it. */
const chains: readonly { name: string; shape: Dim[]; write: Write; left: string[]; targets: number[][]; y: Dim[] }[] = [
  {
    name: "PyTorch: x.view(x.size(0), -1)",
    shape: ["N", 8, 2, 2],
    write: (e, x) => e.view(x, [e.size(x, 0), -1]),
    left: ["Reshape"],
    targets: [[-1, 32]],
    y: ["N", 32],
  },
  {
    name: "PyTorch: x.flatten(1) on an already flat x",
    shape: ["N", 8],
    write: (e, x) => e.view(e.g.call("Flatten", [x], { axis: 1 }), [e.size(x, 0), 8]),
    left: ["Identity"],
    targets: [],
    y: ["N", 8],
  },
  {
    name: "PyTorch: channel shuffle by view, transpose, view",
    shape: ["N", 8, 3, 5],
    write: (e, x) => {
      const { g } = e;
      const [n, c, h, w] = [0, 1, 2, 3].map((i) => e.size(x, i)) as [Value, Value, Value, Value];
      const perGroup = g.call("Div", [c, e.whole(2)]);
      const apart = e.view(x, [n, 2, perGroup, h, w]);
      return e.view(g.call("Transpose", [apart], { perm: [0, 2, 1, 3, 4] }), [n, -1, h, w]);
    },
    left: ["Reshape", "Transpose", "Reshape"],
    targets: [
      [-1, 2, 4, 3, 5],
      [-1, 8, 3, 5],
    ],
    y: ["N", 8, 3, 5],
  },
  {
    name: "PyTorch: groups in the batch, x.view(b * groups, -1, h, w) and back",
    shape: ["N", 8, 3, 5],
    write: (e, x) => {
      const { g } = e;
      const [n, c, h, w] = [0, 1, 2, 3].map((i) => e.size(x, i)) as [Value, Value, Value, Value];
      const grouped = e.view(x, [g.call("Mul", [n, e.whole(4)]), -1, h, w]);
      const mean = g.call("ReduceMean", [grouped, g.ints([1])], { keepdims: 1 });
      return e.view(g.call("Sub", [grouped, mean]), [n, c, h, w]);
    },
    left: ["Reshape", "ReduceMean", "Sub", "Reshape"],
    targets: [
      [-1, 2, 3, 5],
      [-1, 8, 3, 5],
    ],
    y: ["N", 8, 3, 5],
  },
  {
    name: "PyTorch: adaptive pooling's halves, x[:, :, :h // 2]",
    shape: ["N", 2, 6, 4],
    write: (e, x) => {
      const half = e.g.call("Div", [e.size(x, 2), e.whole(2)]);
      const end = e.g.call("Unsqueeze", [half, e.g.ints([0])]);
      return e.g.call("Slice", [x, e.g.ints([0]), end, e.g.ints([2]), e.g.ints([1])]);
    },
    left: ["Slice"],
    targets: [],
    y: ["N", 2, 3, 4],
  },
  {
    name: "PyTorch: x[:x.size(0)] takes everything",
    shape: ["N", 3],
    write: (e, x) => {
      const end = e.g.call("Unsqueeze", [e.size(x, 0), e.g.ints([0])]);
      return e.g.call("Neg", [e.g.call("Slice", [x, e.g.ints([0]), end, e.g.ints([0])])]);
    },
    left: ["Neg"],
    targets: [],
    y: ["N", 3],
  },
  {
    name: "PyTorch: scale.expand_as(x), with its Where over -1",
    shape: ["N", 4, 1, 1],
    write: (e, x) => {
      const { g } = e;
      const asked = g.call("Concat", [g.call("Shape", [x], { end: 2 }), g.ints([3, 5])], { axis: 0 });
      const ones = g.call("ConstantOfShape", [g.ints([4])], { value: int64([1], [1]) });
      const kept = g.call("Equal", [asked, g.call("Mul", [ones, g.ints([-1])])]);
      return g.call("Expand", [x, g.call("Where", [kept, ones, asked])]);
    },
    left: ["Expand"],
    targets: [[1, 1, 3, 5]],
    y: ["N", 4, 3, 5],
  },
  {
    name: "tf2onnx: Shape, Cast, Slice, Concat, Cast before a Reshape",
    shape: ["N", 2, 2, 3],
    write: (e, x) => {
      const { g } = e;
      const shape = g.call("Cast", [g.call("Shape", [x])], { to: 6 });
      const batch = g.call("Squeeze", [g.call("Slice", [shape, g.ints([0]), g.ints([1]), g.ints([0])]), g.ints([0])]);
      const rest = g.call("ReduceProd", [g.call("Slice", [shape, g.ints([1]), g.ints([4])])], { keepdims: 0 });
      const parts = [batch, rest].map((part) => g.call("Unsqueeze", [part, g.ints([0])]));
      return g.call("Reshape", [x, g.call("Cast", [g.call("Concat", parts, { axis: 0 })], { to: 7 })]);
    },
    left: ["Reshape"],
    targets: [[-1, 12]],
    y: ["N", 12],
  },
  {
    name: "windows: [N, H, W, C] to [N·windows, ..] and back",
    shape: ["N", 4, 6, 3],
    write: (e, x) => {
      const { g } = e;
      const n = e.size(x, 0);
      const apart = g.call("Transpose", [e.view(x, [n, 2, 2, 3, 2, 3])], { perm: [0, 1, 3, 2, 4, 5] });
      const windows = g.call("Softmax", [g.call("Reshape", [apart, g.ints([-1, 4, 3])])], { axis: 1 });
      const count = g.call("Div", [e.size(windows, 0), e.whole(6)]);
      const back = g.call("Transpose", [e.view(windows, [count, 2, 3, 2, 2, 3])], { perm: [0, 1, 3, 2, 4, 5] });
      return e.view(back, [count, 4, 6, -1]);
    },
    left: ["Reshape", "Transpose", "Reshape", "Softmax", "Reshape", "Transpose", "Reshape"],
    targets: [
      [-1, 2, 2, 3, 2, 3],
      [-1, 4, 3],
      [-1, 2, 3, 2, 2, 3],
      [-1, 4, 6, 3],
    ],
    y: ["N", 4, 6, 3],
  },
];

describe("simplify", () => {
  it.each(chains)("$name", async ({ shape, write, left, targets, y }) => {
    const graph = exported(shape, write);
    const simpler = simplify(graph);
    expect(ops(simpler)).toEqual(left);
    expect(targetsOf(simpler)).toEqual(targets);
    expect(simpler.outputs).toEqual([{ name: "y", dtype: "float32", shape: y }]);
    const sizes = shape.map((dim) => (typeof dim === "string" ? 3 : dim));
    await expectSame(graph, simpler, randomTensor(sizes, 1));
  });

  it.each(chains)("$name: nothing of it is left once the batch has a size", async ({ shape, write, y }) => {
    const bound = bindDims(exported(shape, write), { N: 2 });
    const computed = bound.nodes.flatMap(({ inputs }) => inputs.slice(1)).filter((name) => !bound.constants.has(name));
    expect(computed).toEqual(ops(bound).includes("Sub") ? [bound.nodes.find(({ op }) => op === "Sub")!.inputs[1]] : []);
    expect(bound.outputs[0]!.shape).toEqual(y.with(0, 2));
    await expectSame(bound, simplify(bound), randomTensor([2, ...(shape.slice(1) as number[])], 1));
  });

  it("keeps a target with two extents that cannot be told apart from what is left", async () => {
    const graph = exported(["N", "T", 4], (e, x) => e.view(e.g.call("Relu", [x]), [e.size(x, 0), e.size(x, 1), 2, 2]));
    const simpler = simplify(graph);
    expect(targetsOf(simpler)).toEqual([[0, 0, 2, 2]]);
    await expectSame(graph, simpler, randomTensor([2, 3, 4], 1));
    const turned = exported(["N", "T", 4], (e, x) => e.view(x, [e.size(x, 1), e.size(x, 0), 4]));
    expect(ops(simplify(turned))).toEqual(["Shape", "Gather", "Gather", "Unsqueeze", "Unsqueeze", "Concat", "Reshape"]);
    await expectSame(turned, simplify(turned), randomTensor([2, 3, 4], 1));
  });

  it("leaves out what moves nothing, and gives its result the name of the output", () => {
    const graph = exported(["N", 4], (e, x) => {
      const { g } = e;
      let same = g.call("Relu", [x], {}, "relu");
      same = g.call("Cast", [same], { to: 1 });
      same = g.call("Transpose", [same], { perm: [0, 1] });
      same = g.call("Slice", [same, g.ints([0]), g.ints([2 ** 31]), g.ints([1])]);
      same = g.call("Tile", [same, g.ints([1, 1])]);
      same = g.call("Concat", [same], { axis: 0 });
      return g.call("Neg", [g.call("Identity", [same])], {}, "neg");
    });
    expect(simplify(graph).nodes).toMatchObject([
      { op: "Relu", outputs: ["relu"] },
      { op: "Neg", name: "neg", inputs: ["relu"], outputs: ["y"] },
    ]);
  });

  it("keeps what turns, though the shape stays", () => {
    const graph = exported(["N", "N"], (e, x) => {
      const turned = e.g.call("Slice", [x, e.g.ints([-1]), e.g.ints([-(2 ** 31)]), e.g.ints([1]), e.g.ints([-1])]);
      return e.g.call("Transpose", [e.g.call("Transpose", [turned])], { perm: [1, 0] });
    });
    expect(ops(simplify(graph))).toEqual(["Slice", "Transpose", "Transpose"]);
  });

  it("takes dropout for Identity only where nothing will be trained", () => {
    const graph = exported(["N", 4], (e, x) => e.g.call("Neg", [e.g.call("Dropout", [x, e.g.scalar(0.5)])]));
    expect(ops(simplify(graph))).toEqual(["Dropout", "Neg"]);
    expect(ops(simplify(graph, { inference: true }))).toEqual(["Neg"]);
  });

  it("makes one of equal constants, but not of those whose bits differ", () => {
    const g = new GraphBuilder("test");
    let x = g.input("x", "float32", ["N", 2]);
    for (const [i, value] of [0.5, 0.5, 0, -0].entries()) {
      x = g.call("Add", [x, g.constant(float32([1], [value]), `c${i}`)]);
    }
    g.output(x);
    const simpler = simplify(g.build());
    expect([...simpler.constants.keys()]).toEqual(["c0", "c2", "c3"]);
    expect(simpler.nodes.map(({ inputs }) => inputs[1])).toEqual(["c0", "c0", "c2", "c3"]);
  });

  it("makes one shared parameter of what Identity gave two names, and adds its gradients up", async () => {
    const g = new GraphBuilder("shared");
    const x = g.input("x", "float32", ["N", 3]);
    const w = g.parameter("w", [3], { kind: "constant", value: 1 });
    const twin = g.call("Identity", [w], {}, "onnx::twin");
    g.output(g.call("Mul", [g.call("Mul", [x, w]), twin], {}, "y"));
    const simpler = simplify(g.build());
    expect(simpler.nodes.map(({ op, inputs }) => [op, inputs[1]])).toEqual([
      ["Mul", "w"],
      ["Mul", "w"],
    ]);
    expect([...simpler.parameters.keys()]).toEqual(["w"]);

    const gradients = await Promise.all([g.build(), simpler].map((graph) => gradientOfSum(bindDims(graph, { N: 2 }))));
    // y = x·w², so dw = 2·x·w summed over the batch
    expect(gradients).toEqual(Array(2).fill(float32([3], [2 * 5 * 2, 2 * 7 * 3, 2 * 9 * 4])));
  });

  it("knows a running statistic that came through an Identity", () => {
    const g = new GraphBuilder("test");
    const x = g.input("x", "float32", ["N", 3, 4, 4]);
    const vector = (name: string) => g.parameter(name, [3], { kind: "constant", value: 1 });
    const [scale, bias, mean] = [vector("scale"), vector("bias"), vector("mean")];
    const variance = g.call("Identity", [vector("variance")]);
    g.output(g.call("BatchNormalization", [x, scale, bias, mean, variance], {}, "y"));
    const { parameters } = simplify(g.build());
    expect([...parameters].map(([name, { trainable }]) => [name, trainable])).toEqual([
      ["scale", true],
      ["bias", true],
      ["mean", false],
      ["variance", false],
    ]);
  });

  it("keeps the names of outputs that are inputs, constants, or one value twice", async () => {
    const g = new GraphBuilder("test", { fold: false });
    const x = g.input("x", "float32", ["N", 2]);
    const relu = g.call("Relu", [x]);
    g.output(g.call("Identity", [x], {}, "same"));
    g.output(g.call("Identity", [relu], {}, "a"));
    g.output(g.call("Identity", [relu], {}, "b"));
    g.output(g.call("Shape", [x], { start: 1 }, "width"));
    const [graph, simpler] = [g.build(), simplify(g.build())];
    expect(simpler.outputs).toEqual(graph.outputs);
    expect(ops(simpler)).toEqual(["Relu", "Identity", "Identity"]);
    await expectSame(graph, simpler, randomTensor([3, 2], 1));
  });

  it("leaves alone a network that is as it should be", () => {
    const { nodes } = createModel("seresnet20");
    const [dense, logits] = nodes.slice(-2);
    expect(logits).toMatchObject({ op: "Identity", outputs: ["logits"] });
    expect(simplify(createModel("seresnet20")).nodes).toEqual([
      ...nodes.slice(0, -2),
      { ...dense, outputs: ["logits"] },
    ]);
  });
});

/** Small networks by PyTorch's exporter, see `tests/goldens/make-exports.py`. */
const exports = fileURLToPath(new URL("../../tests/goldens/exports/", import.meta.url));
const files = readdirSync(exports).filter((file) => /^\w+\.onnx$/.test(file));

describe("simplify of what PyTorch's exporter writes", () => {
  it.each(files)("%s: nothing computes a shape but what needs the batch, and the logits stay", async (file) => {
    const bytes = readFileSync(join(exports, file));
    const { graph, weights } = readOnnx(bytes);
    const simpler = simplify(graph);
    // A class token for each image, and masks for each window of each image, are stretched by the size of the batch.
    const stretched = ["vit_b_16.onnx", "swin_t.onnx"].includes(file);
    const without = ["Identity", ...(stretched ? [] : ["Shape", "ConstantOfShape", "Unsqueeze", "Expand"])];
    expect(ops(simpler).filter((op) => without.includes(op))).toEqual([]);
    const { x } = Object.fromEntries(
      readSafetensors(readFileSync(join(exports, file.replace("onnx", "safetensors")))).tensors,
    );
    const [before, after] = await Promise.all(
      [bytes, writeOnnx(simpler, weights)].map((each) => runFile(each, { x: x! })),
    );
    for (const [i, logit] of before!.logits!.data.entries()) {
      expect(after!.logits!.data[i]).toBeCloseTo(Number(logit), 4);
    }
  });
});

/** The gradient of the sum of y by w, at x = [[2, 3, 4], [3, 4, 5]] and w = [2, 3, 4]. */
async function gradientOfSum(graph: Graph): Promise<Tensor> {
  const g = new GraphBuilder("gradient");
  const x = g.input("x", "float32", [2, 3]);
  const w = g.input("w", "float32", [3]);
  const values = new Map<string, Value>([
    ["x", x],
    ["w", w],
  ]);
  for (const node of graph.nodes) {
    const [y] = g.append({ ...node, inputs: node.inputs.map((name) => values.get(name)!.name) });
    values.set(node.outputs[0]!, y!);
  }
  const loss = g.call("ReduceSum", [values.get("y")!], { keepdims: 0 });
  const [dw] = differentiate(g, loss, [w]);
  g.output(dw!, "dw");
  const feeds = { x: float32([2, 3], [2, 3, 4, 3, 4, 5]), w: float32([3], [2, 3, 4]) };
  return (await runGraph(g.build(), feeds)).dw!;
}
