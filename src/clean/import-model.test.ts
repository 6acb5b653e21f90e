import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Dim, Model } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { int64 } from "../graph/tensor.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { importModel } from "./import-model.js";
import { bindDims } from "./replay.js";

/**
 * As PyTorch's exporter writes `relu(bn(conv(x))).view(x.size(0), -1)`, with statistics that share a tensor; as a file.
 */
function exported(shape: readonly number[], target?: readonly number[]): Model {
  const g = new GraphBuilder("net");
  const x = g.input("images", "float32", ["N", ...shape]);
  const w = g.parameter("w", [4, 3, 1, 1], { kind: "he-normal", fan: "in" });
  const ones = g.parameter("ones", [4], { kind: "constant", value: 1 });
  const zeros = g.parameter("zeros", [4], { kind: "constant", value: 0 }, false);
  const variance = g.call("Identity", [ones], {}, "bn.running_var");
  const y = g.call("BatchNormalization", [g.call("Conv", [x, w]), ones, zeros, zeros, variance]);
  const batch = g.call("Gather", [g.call("Shape", [y]), g.constant(int64([], [0]))], { axis: 0 });
  const computed = g.call("Concat", [g.call("Unsqueeze", [batch, g.ints([0])]), g.ints([-1])], { axis: 0 });
  g.output(g.call("Reshape", [g.call("Relu", [y]), target ? g.ints(target) : computed], {}, "logits"));
  const graph = g.build();
  return { graph, weights: initialise(graph, 1) };
}

/** The graph with other sizes in its input, as files may have them that were not shaped here. */
function withInput({ graph, weights }: Model, shape: readonly Dim[]): Model {
  const [x] = graph.inputs;
  return { graph: { ...graph, inputs: [{ ...x!, shape }] }, weights };
}

describe("importModel", () => {
  it("gives statistics of their own and no arithmetic on shapes", async () => {
    const given = exported([3, 2, 2]);
    const { graph, weights } = importModel(given, { image: [3, 2, 2] });
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, 2, 2]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Conv", "BatchNormalization", "Relu", "Reshape"]);
    expect(graph.parameters.get("bn.running_var")).toMatchObject({ trainable: false });
    expect(graph.parameters.get("ones")).toMatchObject({ trainable: true });
    const images = randomTensor([5, 3, 2, 2], 1);
    const before = await runGraph(given.graph, { ...Object.fromEntries(given.weights), images });
    const after = await runGraph(graph, { ...Object.fromEntries(weights), images });
    expect(after).toEqual(before);
  });

  it("opens a fixed batch, or keeps it where it is the one wanted", () => {
    const fixed = bindDims(exported([3, 4, 4], [2, -1]).graph, { N: 2 });
    const model = { graph: fixed, weights: initialise(fixed, 1) };
    expect(importModel(model).graph.inputs[0]!.shape).toEqual(["N", 3, 4, 4]);
    expect(importModel(model).graph.outputs[0]!.shape).toEqual(["N", 64]);
    expect(importModel(model, { batch: 2 }).graph.inputs[0]!.shape).toEqual([2, 3, 4, 4]);
  });

  it("takes a file whose image has no size, once it is given one", () => {
    const { graph, weights } = exported([3, 4, 4]);
    const open = writeOnnx(withInput({ graph, weights }, ["batch", 3, "height", "width"]).graph, weights);
    expect(() => readOnnx(open)).toThrow(/N, 3, height, width\]; give the size of images/);
    const read = importModel(readOnnx(open, { image: [3, 6, 5] }));
    expect(read.graph.outputs[0]!.shape).toEqual(["N", 4 * 6 * 5]);
  });

  it("refuses images of another size", () => {
    expect(() => importModel(exported([3, 4, 4]), { image: [3, 8, 8] })).toThrow(
      "got images 3x8x8; expected 3x4x4, what the model takes",
    );
  });

  it("refuses what is no image", () => {
    const g = new GraphBuilder("net");
    g.output(g.call("Relu", [g.input("x", "float32", ["N", 3])]));
    expect(() => importModel({ graph: g.build(), weights: new Map() })).toThrow(
      "got a model that takes x float32 [N, 3]; expected one input of images float32 [N, C, H, W]",
    );
  });
});
