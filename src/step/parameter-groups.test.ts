import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { toNumbers } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers/optimizers.js";
import { parameterSettings } from "./parameter-groups.js";
import { batchOf, scalar, smallNet, stepping, weightsOf } from "./stepping.test.helper.js";
import { trainingStep } from "./training-step.js";

const net = smallNet();
const weights = weightsOf(net);

describe("parameterSettings", () => {
  it("decays matrices and kernels, not vectors", () => {
    const settings = parameterSettings(net, { weightDecay: 0.1 });
    expect(settings.get("conv1.weight")).toEqual({ lrScale: 1, weightDecay: 0.1, frozen: false });
    expect(settings.get("bn1.weight")!.weightDecay).toBe(0);
    expect(settings.get("fc.bias")!.weightDecay).toBe(0);
    expect(settings.has("bn1.running_mean")).toBe(false);
  });

  it("takes what an exporter reshaped for the vectors that they are", () => {
    const g = new GraphBuilder("exported");
    const ones = { kind: "constant", value: 1 } as const;
    const x = g.input("x", "float32", ["N", 3, 4, 4]);
    const y = g.call("Conv", [x, g.parameter("conv", [12, 3, 1, 1], ones)]);
    const scaled = g.call("Mul", [y, g.parameter("scale", [12, 1, 1], ones)]);
    const bent = g.call("PRelu", [scaled, g.parameter("slope", [12, 1, 1], ones)]);
    g.output(g.call("Mul", [bent, g.parameter("gamma", [1, 12, 1, 1], ones)]), "y");
    const decays = [...parameterSettings(g.build(), { weightDecay: 0.1 })].map(([name, s]) => [name, s.weightDecay]);
    expect(Object.fromEntries(decays)).toEqual({ conv: 0.1, scale: 0, slope: 0, gamma: 0 });
  });

  it("lets the last group win that says a thing, and multiplies scales", () => {
    const groups = [
      { match: "*", lrScale: 0.5 },
      { match: ["conv*", "bn*"], freeze: true, weightDecay: 0.2 },
      { match: "/conv2/", freeze: false, lrScale: 0.5 },
    ];
    const settings = parameterSettings(net, { groups });
    expect(settings.get("conv1.weight")).toEqual({ lrScale: 0.5, weightDecay: 0.2, frozen: true });
    expect(settings.get("conv2.weight")).toEqual({ lrScale: 0.25, weightDecay: 0.2, frozen: false });
    expect(settings.get("fc.bias")).toEqual({ lrScale: 0.5, weightDecay: 0, frozen: false });
  });

  it("refuses a pattern that fits nothing, and a model that is frozen as a whole", () => {
    expect(() => parameterSettings(net, { groups: [{ match: "head.*", freeze: true }] })).toThrow(
      'got pattern "head.*", which fits no parameter; expected one that fits names such as conv1.weight',
    );
    expect(() => parameterSettings(net, { groups: [{ match: "*", freeze: true }] })).toThrow(
      "small: got 6 parameters, all frozen; expected some that learn",
    );
  });

  it("multiplies learning rates", () => {
    const settings = parameterSettings(createModel("resnet20"), { layerDecay: 0.5 });
    expect(settings.get("fc.weight")!.lrScale).toBe(1);
    expect(settings.get("layer3.1.conv1.weight")!.lrScale).toBe(0.25);
  });
});

describe("a step with groups", () => {
  const options = { batch: 4, loss: crossEntropy(), optimizer: sgd({ momentum: 0, weightDecay: 0.1 }) };

  async function moved(plan: ReturnType<typeof trainingStep>, name: string): Promise<number[]> {
    const run = await stepping(plan, weights);
    await run.step({ ...batchOf(4, 1), lr: scalar(0.5) });
    const now = run.numbers(name);
    await run.release();
    return toNumbers(weights.get(name)!).map((value, i) => now[i]! - value);
  }

  it("moves a parameter by its own learning rate", async () => {
    const plain = await moved(trainingStep(net, options), "conv2.weight");
    const scaled = await moved(
      trainingStep(net, { ...options, groups: [{ match: "conv2.weight", lrScale: 0.25 }] }),
      "conv2.weight",
    );
    for (const [i, change] of plain.entries()) expect(scaled[i]).toBeCloseTo(change / 4, 6);
  });

  it("decays by its own weight decay, vectors too", async () => {
    const none = await moved(trainingStep(net, { ...options, groups: [{ match: "*", weightDecay: 0 }] }), "bn1.weight");
    const some = await moved(trainingStep(net, { ...options, groups: [{ match: "*", weightDecay: 1 }] }), "bn1.weight");
    for (const [i, change] of none.entries()) expect(some[i]! - change).toBeCloseTo(-0.5 * 1, 5); // lr·λ·w with w = 1
  });

  it("keeps frozen parameters, without gradient, momentum or nodes that only they needed", async () => {
    const groups = [{ match: ["conv1.*", "bn1.*"], freeze: true }];
    const optimizer = sgd();
    const whole = trainingStep(net, { ...options, optimizer });
    const plan = trainingStep(net, { ...options, optimizer, groups, frozenBatchNorm: true });
    expect(plan.fixed.toSorted()).toEqual(
      ["bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.weight", "conv1.weight"].toSorted(),
    );
    const of = ({ graph }: typeof plan, op: string) => graph.nodes.filter((node) => node.op === op).length;
    expect(plan.state.map(({ input }) => input)).not.toContain("momentum.conv1.weight");
    expect(of(whole, "Conv") - of(plan, "Conv")).toBeGreaterThanOrEqual(1); // conv2's gradient for its input
    const run = await stepping(plan, weights);
    await run.step({ ...batchOf(4, 1), lr: scalar(0.5) });
    for (const name of plan.fixed) expect(run.state.get(name)).toBe(weights.get(name));
    expect(run.numbers("conv2.weight")).not.toEqual(toNumbers(weights.get("conv2.weight")!));
    await run.release();
  });
});
