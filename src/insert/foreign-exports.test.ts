import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Init, Model, Value } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { createModel } from "../models/index.js";
import { insertAttention, insertedWeights } from "./insert-attention.js";
import { outputOf } from "./outputs.test.helper.js";

// What other exporters write, made by hand after their known habits: there is none of them here to ask.

const he: Init = { kind: "he-normal", fan: "in" };
const near = (value: number): Init => ({ kind: "constant", value });

/**
 * A ResNet as tf2onnx leaves one whose transpositions it could not all remove: images [N, H, W, 3], maps with their
 * channels last between convolutions, batch norm as a product and a sum, padding as a node, weights named after Keras'
 * layers.
 */
function tensorflowNet(): Graph {
  const g = new GraphBuilder("tf2onnx");
  const root = "StatefulPartitionedCall/resnet";
  const conv = (name: string, x: Value, channels: number, kernel: number, stride = 1): Value => {
    const weight = g.parameter(
      `${root}/${name}_conv/Conv2D/ReadVariableOp:0`,
      [channels, channelsOf(x), kernel, kernel],
      he,
    );
    const turned = g.call("Transpose", [x], { perm: [0, 3, 1, 2] }, `${root}/${name}_conv/Conv2D__1:0`);
    const half = (kernel - 1) / 2;
    const pads = g.ints([0, 0, half, half, 0, 0, half, half]);
    const padded = kernel === 1 ? turned : g.call("Pad", [turned, pads], {}, `${root}/${name}_pad/Pad:0`);
    const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [0, 0, 0, 0] };
    const y = g.call("Conv", [padded, weight], attributes, `${root}/${name}_conv/Conv2D:0`);
    const back = g.call("Transpose", [y], { perm: [0, 2, 3, 1] }, `${root}/${name}_conv/Conv2D__2:0`);
    const scale = g.parameter(`${root}/${name}_bn/mul/ReadVariableOp:0`, [channels], near(0.75));
    const shift = g.parameter(`${root}/${name}_bn/add/ReadVariableOp:0`, [channels], near(0.125));
    const scaled = g.call("Mul", [back, scale], {}, `${root}/${name}_bn/mul:0`);
    return g.call("Add", [scaled, shift], {}, `${root}/${name}_bn/add:0`);
  };
  const unit = (name: string, x: Value, channels: number, stride: number): Value => {
    const y = g.call("Relu", [conv(`${name}_1`, x, channels, 3, stride)], {}, `${root}/${name}_1_relu/Relu:0`);
    const branch = conv(`${name}_2`, y, channels, 3);
    const shortcut = channelsOf(x) === channels ? x : conv(`${name}_0`, x, channels, 1, stride);
    const sum = g.call("Add", [shortcut, branch], {}, `${root}/${name}_add/add:0`);
    return g.call("Relu", [sum], {}, `${root}/${name}_out/Relu:0`);
  };
  const x = g.input("input_1", "float32", ["unk__1", 16, 16, 3]);
  const stem = g.call("Relu", [conv("conv1", x, 8, 3, 2)]);
  const maps = unit("conv3_block1", unit("conv2_block1", stem, 8, 1), 16, 2);
  const pooled = g.call("ReduceMean", [maps, g.ints([1, 2])], { keepdims: 0 });
  const dense = g.parameter(`${root}/predictions/MatMul/ReadVariableOp:0`, [16, 5], he);
  g.output(g.call("MatMul", [pooled, dense]), "predictions");
  return g.build();
}

const channelsOf = (x: Value) => x.shape.at(-1) as number;

describe("a file in the manner of tf2onnx", () => {
  const graph = tensorflowNet();
  const model: Model = { graph, weights: initialise(graph, 2) };

  it("has its units found, with the channels that stand last, and gives the answers it gave", async () => {
    const inserted = insertAttention(graph);
    expect(inserted.sites.map(({ name, stage, channels }) => [name, stage, channels])).toEqual([
      ["StatefulPartitionedCall.resnet.conv2_block1_se", 2, 8],
      ["StatefulPartitionedCall.resnet.conv3_block1_se", 3, 16],
    ]);
    const after = { graph: inserted.graph, weights: insertedWeights(inserted, model.weights) };
    expect(await outputOf(after, { level: "disabled" })).toEqual(await outputOf(model, { level: "disabled" }));
  });

  it("turns the map for the block and back", () => {
    const { graph: after } = insertAttention(graph, { start: "paper" });
    const pooled = after.nodes.filter(({ op }) => op === "GlobalAveragePool");
    expect(pooled.map(({ inputs }) => inputs[0])).toEqual([
      "StatefulPartitionedCall.resnet.conv2_block1_se.turned",
      "StatefulPartitionedCall.resnet.conv3_block1_se.turned",
    ]);
  });
});

/** A graph in which nothing is called as its author called it. */
function renamed(
  model: Model,
  name: (old: string, index: number, kind: "value" | "parameter" | "node") => string,
): Model {
  const names = new Map<string, string>();
  const rename = (old: string, kind: "value" | "parameter") => {
    if (old !== "" && !names.has(old)) names.set(old, name(old, names.size, kind));
    return old === "" ? "" : names.get(old)!;
  };
  const { graph } = model;
  const parameters = new Map([...graph.parameters].map(([old, value]) => [rename(old, "parameter"), value]));
  const constants = new Map([...graph.constants].map(([old, value]) => [rename(old, "value"), value]));
  const nodes = graph.nodes.map((node, i) => ({
    ...node,
    name: name(node.name, i, "node"),
    inputs: node.inputs.map((old) => rename(old, "value")),
    outputs: node.outputs.map((old) => rename(old, "value")),
  }));
  const values = (list: Graph["inputs"]) => list.map((value) => ({ ...value, name: rename(value.name, "value") }));
  const [inputs, outputs] = [values(graph.inputs), values(graph.outputs)];
  const weights = new Map([...model.weights].map(([old, tensor]) => [names.get(old)!, tensor]));
  return { graph: { ...graph, parameters, constants, nodes, inputs, outputs }, weights };
}

describe("a file in the manner of PyTorch's newer exporter", () => {
  it("has blocks named after its modules, by the names of its weights alone", () => {
    const graph = createModel("resnet20", { classes: 4, input: [3, 16, 16] });
    const model = renamed({ graph, weights: initialise(graph, 4) }, (old, i, kind) => {
      return { node: `node_conv2d_${i}`, parameter: old, value: `val_${i}` }[kind];
    });
    const { sites } = insertAttention(model.graph);
    expect(sites.map(({ name }) => name).slice(0, 4)).toEqual([
      "layer1.0.se",
      "layer1.1.se",
      "layer1.2.se",
      "layer2.0.se",
    ]);
  });
});

describe("a file whose names say nothing", () => {
  const graph = createModel("resnet20", { classes: 4, input: [3, 16, 16] });
  const host = { graph, weights: initialise(graph, 4) };

  it.each([
    ["numbers, as of older exporters", (_: string, i: number, kind: string) => (kind === "node" ? "" : `${i}`)],
    [
      "Paddle's",
      (_: string, i: number, kind: string) =>
        ({ node: `p2o.Op.${i}`, parameter: `conv2d_${i}.w_0`, value: `batch_norm_${i}.tmp_2` })[kind]!,
    ],
    ["letters without end", (old: string, i: number) => `${"x".repeat(80)}${i}${old.length}`],
  ])("has its units found all the same: %s", async (_, name) => {
    const model = renamed(host, name);
    // nodes without names get some when a file is read
    const read = readOnnx(writeOnnx(model.graph, model.weights));
    const inserted = insertAttention(read.graph);
    expect(inserted.sites.length).toBe(9);
    expect(inserted.sites.map(({ name }) => name).slice(0, 4)).toEqual(["se_2_1", "se_2_2", "se_2_3", "se_3_1"]);
    const after = { graph: inserted.graph, weights: insertedWeights(inserted, read.weights) };
    expect(await outputOf(after, { level: "disabled" })).toEqual(await outputOf(read, { level: "disabled" }));
  });
});
