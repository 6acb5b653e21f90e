import { describe, expect, it } from "vitest";
import type { Value } from "../graph/graph.js";
import { activations } from "../layers/activation.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import type { Scope } from "../layers/scope.js";
import { tensorBehind } from "../read/stored-tensor.js";
import { balance } from "./balance.js";
import { whole } from "./edges.js";
import { indexed, type Write } from "./networks.test.helper.js";

const mixed = (p: Scope, x: Value, bias = false) => conv(p, x, { channels: 4, kernel: 1, bias });

/** What is found where gates that halve stand on these values: which tensor is multiplied by which power of two. */
function balanced(write: Write, gates: Readonly<Record<string, number>>) {
  const index = indexed(write);
  const halvings = Object.entries(gates).map(([value, halvings]) => ({ edge: whole(index, value), halvings }));
  const { rescaled, obstacles } = balance(index, halvings);
  const exponents = rescaled.map(({ reader, exponent }) => [tensorBehind(index, reader)!.name, exponent]);
  return { exponents: Object.fromEntries(exponents), obstacles };
}

describe("balance", () => {
  it.each([1, 2])("multiplies weights and bias of the layer before a gate that halves %i times", (halvings) => {
    const write: Write = (p, x) => mixed(p.at("b"), mixed(p.at("a"), x, true), true);
    const found = balanced(write, { "a.out": halvings });
    expect(found).toEqual({ exponents: { "a.weight": halvings, "a.bias": halvings }, obstacles: [] });
  });

  it("multiplies what comes before a gate on the graph's output too, which must stay", () => {
    expect(balanced((p, x) => mixed(p.at("a"), x), { "a.out": 1 }).exponents).toEqual({ "a.weight": 1 });
  });

  it("multiplies the weights behind the gate where before it a limit would have to change", () => {
    const write: Write = (p, x) => {
      const y = activations.relu6(p.g, mixed(p.at("a"), x));
      return mixed(p.at("b"), p.g.call("Identity", [y], {}, "limited"));
    };
    expect(balanced(write, { limited: 1 }).exponents).toEqual({ "b.weight": 1 });
  });

  it("changes limits where nothing else will do", () => {
    const write: Write = (p, x) => batchNorm(p.at("bn"), activations.relu6(p.g, mixed(p.at("a"), x)));
    const index = indexed(write);
    const [limited] = index.graph.nodes.filter(({ op }) => op === "Clip").map(({ outputs }) => outputs[0]!);
    const { exponents } = balanced(write, { [limited!]: 1 });
    expect(exponents).toMatchObject({ "a.weight": 1 });
    expect(Object.values(exponents)).toEqual([1, 1, 1]); // both limits with it
  });

  it("multiplies the last batch norm of a residual branch, after whose ε it is", () => {
    const write: Write = (p, x) => {
      const trunk = p.g.call("Relu", [mixed(p.at("stem"), x)]);
      const branch = batchNorm(p.at("bn"), mixed(p.at("a"), trunk));
      return mixed(p.at("last"), p.g.call("Add", [branch, trunk]));
    };
    expect(balanced(write, { "bn.out": 1 }).exponents).toEqual({ "bn.weight": 1, "bn.bias": 1 });
  });

  it("multiplies every branch of a concatenation", () => {
    const write: Write = (p, x) => {
      const branches = [mixed(p.at("a"), x), mixed(p.at("b"), p.g.call("MaxPool", [x], { kernel_shape: [1, 1] }))];
      return mixed(p.at("last"), p.g.call("Concat", branches, { axis: 1 }, "joined"));
    };
    expect(balanced(write, { joined: 1 }).exponents).toEqual({ "a.weight": 1, "b.weight": 1 });
  });

  it("multiplies a learnt scale", () => {
    const write: Write = (p, x) => {
      const scale = p.parameter("scale", [1, 4, 1, 1], { kind: "constant", value: 1 });
      return mixed(p.at("last"), p.g.call("Mul", [batchNorm(p.at("bn"), x), scale], {}, "scaled"));
    };
    expect(balanced(write, { scaled: 1 }).exponents).toEqual({ scale: 1 });
  });

  it("follows parts of a map to all that reads them", () => {
    const write: Write = (p, x) => {
      const parts = p.g.callMany("Split", [mixed(p.at("a"), x), p.g.ints([2, 2])], { axis: 1 }, 2, "part");
      return parts.map((part, i) => conv(p.at(`b${i}`), part, { channels: 2, kernel: 1 }));
    };
    expect(balanced(write, { "a.out": 1 }).exponents).toEqual({ "a.weight": 1 });
    expect(balanced(write, { "part:1": 1 }).exponents).toEqual({ "a.weight": 1, "b0.weight": -1 });
  });

  it("multiplies nothing where gates leave maps as they are", () => {
    expect(balanced((p, x) => mixed(p.at("b"), mixed(p.at("a"), x)), { "a.out": 0 }).exponents).toEqual({});
  });

  it("names what fixes the maps on both sides where nothing can make up for a gate", () => {
    const write: Write = (p, x) => batchNorm(p.at("bn"), p.g.call("Sigmoid", [x], {}, "squashed"));
    expect(balanced(write, { squashed: 1 }).obstacles).toEqual([{ gate: 0, before: "squashed", after: "bn.out" }]);
  });

  it("names one node where a way around the gate comes back to it", () => {
    const write: Write = (p, x) => {
      const y = p.g.call("Relu", [x], {}, "bent");
      return batchNorm(p.at("bn"), p.g.call("Add", [p.g.call("Neg", [y], {}, "turned"), y]));
    };
    expect(balanced(write, { turned: 1 }).obstacles).toMatchObject([{ gate: 0 }]);
  });
});
