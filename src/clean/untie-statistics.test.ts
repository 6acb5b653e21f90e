import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Model, Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { simplify } from "./simplify.js";
import { untieStatistics } from "./untie-statistics.js";

const ones = float32([2], [1, 1]);
const zeros = float32([2], [0, 0]);

/** Two fresh batch norms as PyTorch exports them: of all that is 1 one parameter is left, and one of all that is 0. */
function fresh(): Model {
  const g = new GraphBuilder("fresh");
  // The reader takes for statistics what a batch norm takes for them.
  const parameter = (name: string) => g.parameter(name, [2], { kind: "constant", value: 0 }, false);
  const [one, zero] = [parameter("bn2.running_var"), parameter("bn2.running_mean")];
  const same = (of: Value, name: string) => g.call("Identity", [of], {}, name);
  const bn1 = [
    same(one, "bn1.weight"),
    same(zero, "bn1.bias"),
    same(zero, "bn1.running_mean"),
    same(one, "bn1.running_var"),
  ];
  const y = g.call("BatchNormalization", [g.input("x", "float32", ["N", 2, 3, 3]), ...bn1], {}, "y1");
  const bn2 = [same(one, "bn2.weight"), same(zero, "bn2.bias"), zero, one];
  g.output(g.call("BatchNormalization", [y, ...bn2], {}, "y2"));
  const weights = new Map([
    ["bn2.running_var", ones],
    ["bn2.running_mean", zeros],
  ]);
  return { graph: g.build(), weights };
}

describe("untieStatistics", () => {
  it("gives every batch norm its own, under the names that they had", () => {
    const { graph, weights } = untieStatistics(fresh());
    const inputs = graph.nodes.map((node) => node.inputs.slice(1));
    expect(inputs).toEqual([
      ["bn2.running_var", "bn2.running_mean", "bn1.running_mean", "bn1.running_var"],
      ["bn2.running_var", "bn2.running_mean", "y2/bn2.running_mean", "y2/bn2.running_var"],
    ]);
    const trainable = [...graph.parameters].map(([name, parameter]) => [name, parameter.trainable]);
    expect(trainable).toEqual([
      ["bn2.running_var", true],
      ["bn2.running_mean", true],
      ["bn1.running_mean", false],
      ["bn1.running_var", false],
      ["y2/bn2.running_mean", false],
      ["y2/bn2.running_var", false],
    ]);
    expect([...graph.parameters.keys()].map((name) => weights.get(name))).toEqual([
      ones,
      zeros,
      zeros,
      ones,
      zeros,
      ones,
    ]);
    expect(simplify(graph)).toEqual(graph);
  });

  it("leaves statistics alone that are nobody else's, and shared weights shared", () => {
    const g = new GraphBuilder("test");
    const vector = (name: string, trainable = true) =>
      g.parameter(name, [2], { kind: "constant", value: 0 }, trainable);
    const [weight, bias, mean, variance] = [vector("w"), vector("b"), vector("m", false), vector("v", false)];
    const x = g.input("x", "float32", ["N", 2, 3, 3]);
    const y = g.call("BatchNormalization", [x, weight, bias, mean, variance], {}, "y1");
    const [mean2, variance2] = [vector("m2", false), vector("v2", false)];
    g.output(g.call("BatchNormalization", [y, weight, bias, mean2, variance2], {}, "y2"));
    const model = { graph: g.build(), weights: new Map() };
    expect(untieStatistics(model)).toEqual(model);
  });
});
