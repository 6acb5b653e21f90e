import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { float32, int64, type Tensor, toNumbers, zeros } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { randomTensor } from "../testing/random-tensor.js";
import { openGraph, runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers/optimizers.js";
import { gradientStep } from "./gradient-step.js";
import { batchOf, scalar, smallNet, stepping, weightsOf } from "./stepping.test.helper.js";
import { type TrainingStep, trainingStep } from "./training-step.js";

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
    const open = await openGraph(graph);
    const run = async () => {
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
      return { losses, correct };
    };
    const { losses, correct } = await run();
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.05);
    expect(correct).toBe(batch);
    expect((await run()).losses).toEqual(losses);
    await open.release();
  });
});

describe("the options of a training step", () => {
  const net = smallNet();
  const weights = weightsOf(net);
  const given = { batch: 4, loss: crossEntropy(), optimizer: sgd({ momentum: 0.5, nesterov: false }) };
  const names = ({ graph }: TrainingStep) => graph.inputs.map(({ name }) => name);

  /** What one step with these feeds gives, beside the state. */
  async function once(plan: TrainingStep, feeds: Record<string, Tensor>) {
    const run = await stepping(plan, weights);
    const results = await run.step({ ...batchOf(4, 1), lr: scalar(0.1), ...feeds });
    await run.release();
    return { results, run };
  }

  it("take the momentum as an input where a schedule moves it", async () => {
    const plan = trainingStep(net, { ...given, momentumInput: true });
    expect(names(plan).slice(0, 4)).toEqual(["x", "y", "lr", "momentum"]);
    const run = await stepping(plan, weights);
    await run.step({ ...batchOf(4, 1), lr: scalar(0.1), momentum: scalar(0.9) });
    const [before, velocity] = [run.numbers("fc.bias"), run.numbers("momentum.fc.bias")];
    await run.step({ ...batchOf(4, 1), lr: scalar(0), momentum: scalar(0) });
    expect(run.numbers("fc.bias")).toEqual(before);
    expect(run.numbers("momentum.fc.bias")).not.toEqual(velocity);
    await run.release();
  });

  it("take two labels and a weight for mixed images; weight 1 is the plain step", async () => {
    const plan = trainingStep(net, { ...given, mixed: true });
    expect(names(plan).slice(0, 5)).toEqual(["x", "y", "y2", "mix", "lr"]);
    const ones = float32([4], [1, 1, 1, 1]);
    const { results, run } = await once(plan, { y2: int64([4], [3, 3, 3, 3]), mix: ones });
    const plain = await once(trainingStep(net, given), {});
    expect(results).toEqual(plain.results);
    expect(run.state).toEqual(plain.run.state);
    const other = await once(plan, { y2: int64([4], [3, 3, 3, 3]), mix: float32([4], [0, 0, 0, 0]) });
    expect(other.results.correct).toEqual(results.correct); // counted against y
    expect(other.results.loss).not.toEqual(results.loss);
  });

  it("give the norm of the gradient before it is clipped, and then move that far", async () => {
    const plan = trainingStep(net, { ...given, optimizer: sgd({ momentum: 0 }), clip: { norm: 0.001 } });
    const { results, run } = await once(plan, { lr: scalar(1) });
    expect(Number(results.gradNorm!.data[0])).toBeGreaterThan(0.01);
    const moved = [...net.parameters].flatMap(([name, { trainable }]) =>
      trainable ? run.numbers(name).map((value, i) => value - Number(weights.get(name)!.data[i])) : [],
    );
    expect(Math.hypot(...moved)).toBeCloseTo(0.001, 5);
  });

  it("keep parameters that the loss does not depend on, where that is asked for, and list them", async () => {
    const g = new GraphBuilder("two-heads");
    const x = g.call("Flatten", [g.input("x", "float32", ["N", 3, 6, 6])]);
    const head = (name: string) =>
      g.call("MatMul", [x, g.parameter(name, [108, 4], { kind: "uniform-fan-in" })], {}, `${name}.out`);
    g.output(head("main"), "logits");
    g.output(head("aux"), "aux-logits");
    const model = g.build();
    const plan = trainingStep(model, { ...given, unused: "keep" });
    expect([plan.unused, plan.fixed]).toEqual([["aux"], ["aux"]]);
    expect(plan.state.map(({ input }) => input)).toEqual(["main", "momentum.main"]);
    expect(() => trainingStep(model, given)).toThrow("two-heads: the loss does not depend on parameter aux; remove it");
    const step = gradientStep(model, given);
    expect(step.unused).toEqual(["aux"]);
    const results = await runGraph(step.graph, { ...Object.fromEntries(weightsOf(model)), ...batchOf(4, 1) });
    expect(new Set(toNumbers(results["grad.aux"]!))).toEqual(new Set([0]));
    expect(toNumbers(results["grad.main"]!).every((value) => value !== 0)).toBe(true);
  });

  it("draw dropout's masks from the state, so that the same state gives the same step", async () => {
    const dropping = smallNet({ head: (g, x) => g.call("Dropout", [x, g.scalar(0.5)], {}, "drop") });
    const plan = trainingStep(dropping, given);
    expect(plan.state.at(-1)).toMatchObject({ input: "random", dtype: "int64", shape: [2], start: "seed" });
    const losses = async (seed: number) => {
      const run = await stepping(plan, weightsOf(dropping), seed);
      const made: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { loss } = await run.step({ ...batchOf(4, 1), lr: scalar(0) });
        made.push(Number(loss!.data[0]));
      }
      expect(run.numbers("random")).toEqual([seed, 3]);
      await run.release();
      return made;
    };
    const first = await losses(1);
    expect(new Set(first).size).toBe(3);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
    const { graph } = gradientStep(dropping, given); // dropout off
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x", "y"]);
    const random = gradientStep(dropping, { ...given, dropout: true }).graph;
    expect(random.inputs.map(({ name }) => name)).toEqual(["x", "random", "y"]);
  });

  it("refuse another batch than the one a file is fixed to", () => {
    const g = new GraphBuilder("fixed");
    g.output(g.call("Flatten", [g.input("x", "float32", [1, 4])]), "logits");
    expect(() => gradientStep(g.build(), given)).toThrow(
      "fixed: got batch 4; expected 1, which the file is fixed to; export it with a symbolic batch",
    );
  });
});
