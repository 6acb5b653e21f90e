import { describe, expect, it } from "vitest";
import { replay } from "../clean/replay.js";
import { GraphBuilder } from "../graph/builder.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";
import { createModel } from "../models/index.js";
import { runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { gradientStep, type LossRule } from "./gradient-step.js";
import { batchOf, smallNet, weightsOf } from "./stepping.test.helper.js";

const model = createModel("seresnet20", { input: [3, 8, 8], classes: 4 });
const options = { batch: 8, loss: crossEntropy() };

describe("gradientStep", () => {
  it("gives the loss and one gradient for each learnt tensor, of its shape", () => {
    const { outputs } = gradientStep(model, options).graph;
    expect(outputs[0]).toMatchObject({ name: "loss", shape: [] });
    const expected = [...model.parameters].flatMap(([name, { shape, trainable }]) =>
      trainable ? [{ name: `grad.${name}`, dtype: "float32", shape }] : [],
    );
    expect(outputs.slice(1)).toEqual(expected);
  });

  it("uses and keeps running statistics in eval mode: images no longer depend on each other", async () => {
    const net = smallNet();
    const feeds = { ...Object.fromEntries(weightsOf(net)), ...batchOf(4, 1) };
    const other = batchOf(4, 2).x.data as Float32Array;
    const changed = float32(
      feeds.x.shape,
      (feeds.x.data as Float32Array).map((value, i) => (i < 324 ? value : other[i]!)),
    );
    const lossOfEach: LossRule = (g, logits, { y }) => {
      const first = g.call("Slice", [logits, g.ints([0]), g.ints([3]), g.ints([0])]);
      return crossEntropy()(g, first, { y: g.call("Slice", [y, g.ints([0]), g.ints([3]), g.ints([0])]) });
    };
    const gradients = async (mode: "train" | "eval", x: Tensor) =>
      runGraph(gradientStep(net, { batch: 4, loss: lossOfEach, mode }).graph, { ...feeds, x });
    expect(await gradients("eval", changed)).toEqual(await gradients("eval", feeds.x)); // only the fourth image differs
    expect(await gradients("train", changed)).not.toEqual(await gradients("train", feeds.x));
  });

  it("counts the loss of an auxiliary classifier 0.4 while training, and not at all in eval mode", async () => {
    const net = smallNet();
    const [logits] = net.outputs;
    const g = new GraphBuilder("two");
    const p = new Scope(g);
    const values = replay(g, net);
    g.output(values.get(logits!.name)!, "logits");
    const half = g.call("GlobalAveragePool", [values.get(net.nodes.find(({ op }) => op === "Relu")!.outputs[0]!)!]);
    g.output(linear(p.at("half"), g.call("Flatten", [half]), { features: 4 }), "aux");
    const both = g.build();
    const feeds = { ...Object.fromEntries(weightsOf(both)), ...batchOf(4, 1) };
    const results = (outputs: readonly string[], mode: "train" | "eval") => {
      const model = { ...both, outputs: outputs.map((name) => both.outputs.find((output) => output.name === name)!) };
      return runGraph(gradientStep(model, { batch: 4, loss: crossEntropy(), mode }).graph, feeds);
    };
    const loss = async (outputs: readonly string[], mode: "train" | "eval") =>
      Number((await results(outputs, mode)).loss!.data[0]);
    const [own, auxiliary] = [await loss(["logits"], "train"), await loss(["aux"], "train")];
    expect(await loss(["logits", "aux"], "train")).toBeCloseTo(own + 0.4 * auxiliary, 5);
    expect(await loss(["logits", "aux"], "eval")).toBe(await loss(["logits"], "eval"));
    const [alone, together] = [await results(["aux"], "train"), await results(["logits", "aux"], "train")];
    const gradient = ({ "grad.half.bias": bias }: Record<string, Tensor>) => Array.from(bias!.data, Number);
    expect(gradient(together)).toEqual(gradient(alone).map((value) => expect.closeTo(0.4 * value, 6)));
  });

  it("is the same file every time it is compiled", () => {
    const file = () => writeOnnx(gradientStep(model, options).graph);
    expect(file()).toEqual(file());
  });

  it("refuses a model whose first output is no row of logits for every image", () => {
    const g = new GraphBuilder("map");
    const x = g.input("x", "float32", ["N", 3, 6, 6]);
    g.output(g.call("Relu", [x]), "map");
    expect(() => gradientStep(g.build(), { batch: 4, loss: crossEntropy() })).toThrow(
      "map: got the output map, float32 [4, 3, 6, 6]; expected logits, float32 [4, classes]; train a classifier",
    );
  });
});
