import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { float32, int64, type Tensor } from "../../graph/tensor.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";
import { openGraph } from "../../testing/run-graph.js";
import { between } from "../../testing/torch-golden.js";
import { adam, adamW, lamb, optimizerOf, rmspropTf, sgd } from "./optimizers.js";

type Entries = Readonly<Record<string, readonly number[]>>;

// PyTorch's and timm's, in double precision; see tests/goldens/make-optimizers.py.
const golden: {
  readonly lr: readonly number[];
  readonly momentum: readonly number[];
  readonly optimizers: Readonly<Record<string, Entries>>;
} = JSON.parse(readFileSync(new URL("../../../tests/goldens/optimizers.json", import.meta.url), "utf8"));

const shapes = { w: [3, 4], b: [5] };
const names = ["w", "b"] as const;

interface Case {
  readonly rule: OptimizerRule;
  readonly moves?: boolean;
  /** The largest size of a gradient's entries. */
  readonly size?: number;
}

/** One update of both tensors, the matrix decayed and the vector not. */
function updateGraph({ rule, moves }: Case) {
  const g = new GraphBuilder("update");
  const momentum = moves ? g.input("momentum", "float32", []) : undefined;
  const count = rule.counts ? g.input("count", "int64", []) : undefined;
  const lr = g.input("lr", "float32", []);
  const inputs = names.map((name) => ({
    name,
    parameter: g.input(name, "float32", shapes[name]),
    gradient: g.input(`gradient.${name}`, "float32", shapes[name]),
    slots: rule.slots.map((slot) => g.input(`${slot.name}.${name}`, "float32", shapes[name])),
  }));
  const move = rule.begin(g, { gradients: inputs.map(({ gradient }) => gradient), momentum, count });
  for (const { name, parameter, gradient, slots } of inputs) {
    const moved = move({ parameter, gradient, slots, lr, weightDecay: name === "w" ? rule.weightDecay : 0 });
    g.output(moved.parameter, `next.${name}`);
    for (const [i, slot] of slots.entries()) g.output(moved.slots[i]!, `next.${slot.name}`);
  }
  return g.build();
}

function first({ rule }: Case): Record<string, Tensor> {
  const filled = (name: "w" | "b", value: number) =>
    float32(shapes[name], new Float32Array(name === "w" ? 12 : 5).fill(value));
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, between(`start.${name}`, shapes[name], -1, 1)],
      ...rule.slots.map((slot) => [`${slot.name}.${name}`, filled(name, slot.start ?? 0)]),
    ]),
  );
}

async function tenSteps(given: Case): Promise<Record<string, Tensor>> {
  const graph = updateGraph(given);
  const open = await openGraph(graph);
  let held = first(given);
  const { size = 1 } = given;
  for (const [step, lr] of golden.lr.entries()) {
    const gradients = names.map((name) => [
      `gradient.${name}`,
      between(`gradient.${step}.${name}`, shapes[name], -size, size),
    ]);
    const results = await open.run({
      ...held,
      ...Object.fromEntries(gradients),
      lr: float32([], [lr]),
      momentum: float32([], [golden.momentum[step]!]),
      count: int64([], [step + 1]),
    });
    held = Object.fromEntries(Object.keys(held).map((name) => [name, results[`next.${name}`]!]));
  }
  await open.release();
  return held;
}

const cases: Readonly<Record<string, Case>> = {
  "sgd, Nesterov": { rule: sgd({ weightDecay: 0.1 }) },
  "sgd, plain momentum": { rule: sgd({ nesterov: false, weightDecay: 0.1 }) },
  "sgd, no momentum": { rule: sgd({ momentum: 0, weightDecay: 0.1 }) },
  "sgd, moving momentum": { rule: sgd({ weightDecay: 0.1 }), moves: true },
  adam: { rule: adam() },
  "adam, decay": { rule: adam({ betas: [0.8, 0.99], eps: 1e-3, weightDecay: 0.1 }) },
  adamw: { rule: adamW() },
  "adamw, decay": { rule: adamW({ betas: [0.8, 0.99], eps: 1e-3, weightDecay: 0.5 }) },
  "adamw, moving momentum": { rule: adamW(), moves: true },
  lamb: { rule: lamb() },
  "lamb, small gradients": { rule: lamb(), size: 0.01 },
  "lamb, everything else": {
    rule: lamb({ weightDecay: 0.2, gradAveraging: false, trustClip: true, alwaysAdapt: true, maxGradNorm: undefined }),
  },
  rmsproptf: { rule: rmspropTf() },
  "rmsproptf, momentum and decay": { rule: rmspropTf({ alpha: 0.8, eps: 1e-3, momentum: 0.9, weightDecay: 0.1 }) },
  "rmsproptf, decoupled": {
    rule: rmspropTf({ eps: 1e-3, momentum: 0.9, weightDecay: 0.1, decoupledDecay: true }),
  },
  "rmsproptf, lr outside": {
    rule: rmspropTf({ eps: 1e-3, momentum: 0.9, weightDecay: 0.1, lrInMomentum: false }),
  },
};

describe("ten steps", () => {
  it("are held against every golden there is", () => {
    expect(Object.keys(golden.optimizers).toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(Object.entries(cases))("of %s end where PyTorch's or timm's do", async (name, given) => {
    const held = await tenSteps(given);
    for (const key of names) {
      const expected = golden.optimizers[name]![key]!;
      const actual = Array.from(held[key]!.data, Number);
      const size = Math.hypot(...expected);
      expect(Math.hypot(...expected.map((value, i) => actual[i]! - value)) / size).toBeLessThan(1e-5);
    }
  });
});

describe("the graph of an update", () => {
  const ops = (given: Case) => updateGraph(given).nodes.map(({ op }) => op);
  const passes = (given: Case, ...kinds: string[]) => ops(given).filter((op) => kinds.includes(op)).length;

  it("holds no pass that an option left off would need", () => {
    expect(ops({ rule: sgd({ momentum: 0 }) })).toEqual(["Mul", "Sub", "Identity", "Mul", "Sub", "Identity"]);
    expect(passes({ rule: lamb({ maxGradNorm: undefined, weightDecay: 0 }) }, "ReduceSum", "Where")).toBe(0);
    expect(passes({ rule: rmspropTf() }, "Mul", "Add", "Sub", "Div", "Sqrt")).toBe(2 * 9);
  });
});

describe("optimizerOf", () => {
  it("knows timm's names", () => {
    expect(optimizerOf("lamb", {}).slots.map(({ name }) => name)).toEqual(["exp_avg", "exp_avg_sq"]);
    expect(optimizerOf("rmsproptf", {}).slots).toEqual([{ name: "square_avg", start: 1 }]);
    expect(optimizerOf("adamw", {}).weightDecay).toBe(0.01);
    expect(optimizerOf("adam", {}).weightDecay).toBe(0);
  });

  it.each(["Adam", "toString", ""])('refuses "%s" and lists what there is', (name) => {
    expect(() => optimizerOf(name, {})).toThrow(
      `unknown optimizer "${name}"; expected one of sgd, adam, adamw, lamb, rmsproptf`,
    );
  });
});
