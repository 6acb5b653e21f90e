import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { float32, type Tensor } from "../graph/tensor.js";
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
