import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { float32, int64, type Tensor, zeros } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { randomTensor } from "../testing/random-tensor.js";
import { openGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers.js";
import { gradientStep } from "./gradient-step.js";
import { trainingStep } from "./training-step.js";

const batch = 8;
const options = { batch, loss: crossEntropy(), optimizer: sgd({ weightDecay: 5e-4 }) };
const model = createModel("seresnet20", { input: [3, 8, 8], classes: 4 });

describe("trainingStep", () => {
  const { graph, state } = trainingStep(model, options);

  it("uses ONNX's own operators alone, all extents bound", () => {
    expect(new Set(graph.nodes.map(({ domain }) => domain))).toEqual(new Set([""]));
    expect(graph.inputs.flatMap(({ shape }) => shape).every((dim) => typeof dim === "number")).toBe(true);
  });

  it("takes x, y, lr and one momentum for each learnt tensor", () => {
    const learnt = [...model.parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x", "y", "lr", ...learnt.map((name) => `momentum.${name}`)]);
    expect(graph.inputs.slice(0, 3)).toMatchObject([
      { dtype: "float32", shape: [batch, 3, 8, 8] },
      { dtype: "int64", shape: [batch] },
      { dtype: "float32", shape: [] },
    ]);
  });

  it("refuses a parameter that the loss does not depend on", () => {
    const g = new GraphBuilder("loose");
    const x = g.input("x", "float32", ["N", 4]);
    const used = g.parameter("used", [4, 2], { kind: "constant", value: 1 });
    g.parameter("loose", [3], { kind: "constant", value: 0 });
    g.output(g.call("MatMul", [x, used]), "logits");
    expect(() => trainingStep(g.build(), options)).toThrow(
      'loose: the loss does not depend on parameter loose; remove it, connect it to the output, or keep it as it is with unused "keep"',
    );
  });

  it("renews every parameter, statistic and momentum, each under its own name", () => {
    const names = state.map(({ input }) => input);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !name.startsWith("momentum.")).toSorted()).toEqual(
      [...model.parameters.keys()].toSorted(),
    );
    for (const { input, output } of state) expect(output).toBe(`next.${input}`);
    const kinds = (kind: string) => state.filter((slot) => slot.kind === kind).length;
    expect([kinds("parameter"), kinds("optimizer"), kinds("statistic")]).toEqual([101, 101, 42]);
  });

  it("learns a batch by heart, the same way every time", async () => {
    const x = randomTensor([batch, 3, 8, 8], 1);
    const y = int64([batch], [0, 1, 2, 3, 0, 1, 2, 3]);
    const run = async () => {
      const open = await openGraph(graph);
      let held: Record<string, Tensor> = Object.fromEntries(initialise(model, 1));
      for (const { input, shape, kind } of state) if (kind === "optimizer") held[input] = zeros("float32", shape);
      const losses: number[] = [];
      let correct = 0;
      for (let step = 0; step < 25; step++) {
        const results = await open.run({ ...held, x, y, lr: float32([], [0.05]) });
        losses.push(Number(results.loss!.data[0]));
        correct = Number(results.correct!.data[0]);
        held = Object.fromEntries(state.map(({ input, output }) => [input, results[output]!]));
      }
      await open.release();
      return { losses, correct };
    };
    const { losses, correct } = await run();
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.05);
    expect(correct).toBe(batch);
    expect((await run()).losses).toEqual(losses);
  });
});

describe("gradientStep", () => {
  it("gives the loss and one gradient for each learnt tensor, of its shape", () => {
    const { outputs } = gradientStep(model, options).graph;
    expect(outputs[0]).toMatchObject({ name: "loss", shape: [] });
    const expected = [...model.parameters].flatMap(([name, { shape, trainable }]) =>
      trainable ? [{ name: `grad.${name}`, dtype: "float32", shape }] : [],
    );
    expect(outputs.slice(1)).toEqual(expected);
  });

  it("is the same file every time it is compiled", () => {
    const file = () => writeOnnx(gradientStep(model, options).graph);
    expect(file()).toEqual(file());
  });
});
