import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers/optimizers.js";
import { withStepNames } from "./step-names.js";
import { batchOf, scalar, stepping } from "./stepping.test.helper.js";
import { trainingStep } from "./training-step.js";

/** A dense layer over flattened images whose values have the names that a training step uses itself. */
function awkward(parameter = "w"): Graph {
  const g = new GraphBuilder("awkward");
  const images = g.input("lr", "float32", ["N", 3, 6, 6]);
  const flat = g.call("Flatten", [images], {}, "x");
  const w = g.parameter(parameter, [108, 4], { kind: "he-normal", fan: "in" });
  const product = g.call("MatMul", [flat, w], {}, "next.w");
  const half = g.constant(float32([], [0.5]), "model.loss");
  const y = g.call("Mul", [product, half], {}, "loss");
  g.output(g.call("Relu", [y], {}, "y"));
  return g.build();
}

describe("withStepNames", () => {
  it("calls the input x and keeps clear of the step's own names", async () => {
    const model = awkward();
    const { inputs, outputs, nodes, parameters } = withStepNames(model);
    expect(inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(outputs.map(({ name }) => name)).toEqual(["model.y"]);
    expect(nodes.map(({ outputs: [name] }) => name)).toEqual([
      "model.x",
      "model.next.w",
      "model.model.loss",
      "model.y",
    ]);
    expect(parameters).toEqual(model.parameters);

    const plan = trainingStep(model, { batch: 4, loss: crossEntropy(), optimizer: sgd() });
    const run = await stepping(plan, new Map([["w", float32([108, 4], new Float32Array(432).fill(0.1))]]));
    const { loss } = await run.step({ ...batchOf(4, 1), lr: scalar(0.1) });
    expect(Number(loss!.data[0])).toBeGreaterThan(0);
    await run.release();
  });

  it("leaves other models alone", () => {
    const g = new GraphBuilder("plain");
    g.output(g.call("Relu", [g.input("x", "float32", ["N", 4])], {}, "logits"));
    expect(withStepNames(g.build())).toEqual(g.build());
  });

  it("keeps the names that nodes have in the file, for messages, unless they are those of values", () => {
    const g = new GraphBuilder("named");
    const flat = g.call("Flatten", [g.input("x", "float32", ["N", 1, 1, 4])], {}, "flat");
    const w = g.parameter("w", [4, 2], { kind: "he-normal", fan: "in" });
    const node = { domain: "", attributes: {} };
    g.append({ ...node, name: "/fc/MatMul", op: "MatMul", inputs: [flat.name, w.name], outputs: ["h"] });
    g.append({ ...node, name: "flat", op: "Relu", inputs: ["h"], outputs: ["kept"] });
    const [logits] = g.append({ ...node, name: "/Round", op: "Round", inputs: ["kept"], outputs: ["logits"] });
    g.output(logits!);
    const names = withStepNames(g.build()).nodes.map(({ name }) => name);
    expect(names).toEqual(["flat", "/fc/MatMul", "kept", "/Round"]);
    expect(() => trainingStep(g.build(), { batch: 2, loss: crossEntropy(), optimizer: sgd() })).toThrow(
      /^Round \(\/Round\) has no gradient: /,
    );
  });

  it("refuses a parameter of such a name, and models with two inputs", () => {
    expect(() => withStepNames(awkward("lr2"))).not.toThrow();
    expect(() => withStepNames(awkward("step"))).toThrow(
      "awkward: got a parameter named step; expected another name for it",
    );
    const g = new GraphBuilder("two");
    const [a, b] = ["a", "b"].map((name) => g.input(name, "float32", [1]));
    g.output(g.call("Add", [a, b]), "sum");
    expect(() => withStepNames(g.build())).toThrow(
      "two: got 2 inputs (a, b) and 1 outputs; expected one input of images and an output of logits",
    );
  });
});
