import { describe, expect, it } from "vitest";
import { activations } from "../layers/activation.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import { indexed, type Write } from "./networks.test.helper.js";
import { scalingRule } from "./scaling-rules.js";

/** What the rule of the last node says, a line for each fact. */
function saidOfLast(write: Write): string[] {
  const index = indexed(write);
  const said: string[] = [];
  const node = index.graph.nodes.at(-1)!;
  scalingRule(node)(
    {
      index,
      alike: (_, ...parts) => said.push(`alike: ${parts.join(", ")}`),
      keep: (_, ...parts) => said.push(`kept: ${parts.join(", ")}`),
      absorb: ({ input }, plus, minus) =>
        said.push(`absorbed by ${input}: ${plus}${minus === undefined ? "" : ` less ${minus}`}`),
    },
    node,
  );
  return said;
}

describe("scalingRule", () => {
  it.each<[string, Write, string[]]>([
    ["a ReLU passes it on", ({ g }, x) => g.call("Relu", [x]), ["alike: 0, out"]],
    ["a sigmoid keeps both sides", ({ g }, x) => g.call("Sigmoid", [x]), ["kept: out, 0"]],
    ["a sum ties all three", ({ g }, x) => g.call("Add", [g.call("Relu", [x]), x]), ["alike: out, 0, 1"]],
    [
      "a stored summand takes it up",
      (p, x) => p.g.call("Add", [x, p.parameter("b", [4, 1, 1], { kind: "constant", value: 0 })]),
      ["alike: out, 0", "absorbed by 1: out"],
    ],
    [
      "a convolution's weights take up the difference, its bias what comes out",
      (p, x) => conv(p, x, { channels: 2, kernel: 1, bias: true }),
      ["absorbed by 1: out less 0", "absorbed by 2: out"],
    ],
    [
      "a batch norm keeps what comes in",
      (p, x) => batchNorm(p, x),
      ["kept: 0", "absorbed by 1: out", "absorbed by 2: out"],
    ],
    [
      "a ReLU6 passes it on, and its limits take it up",
      ({ g }, x) => activations.relu6(g, x),
      ["alike: 0, out", "absorbed by 1: out", "absorbed by 2: out"],
    ],
    [
      "a gate stays as it is",
      ({ g }, x) => g.call("Mul", [g.call("GlobalAveragePool", [x]), x]),
      ["kept: 0", "alike: 1, out"],
    ],
    ["a product of two maps keeps all", ({ g }, x) => g.call("Mul", [g.call("Relu", [x]), x]), ["kept: out, 0, 1"]],
    ["a view passes it on", ({ g }, x) => g.call("Flatten", [x]), ["alike: 0, out"]],
    [
      "a product by a stored matrix is a layer",
      (p, x) =>
        p.g.call("Einsum", [x, p.parameter("w", [4, 3], { kind: "uniform-fan-in" })], { equation: "nchw,cd->ndhw" }),
      ["absorbed by 1: out less 0"],
    ],
    [
      "a product by two of them keeps all",
      (p, x) => {
        const w = ["w", "v"].map((name) => p.parameter(name, [4], { kind: "uniform-fan-in" }));
        return p.g.call("Einsum", [x, ...w], { equation: "nchw,c,c->nhw" });
      },
      ["kept: out, 0"],
    ],
  ])("%s", (_, write, expected) => expect(saidOfLast(write)).toEqual(expected));
});
