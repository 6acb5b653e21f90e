import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { float32 } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { randomTensor } from "../testing/random-tensor.js";
import { holdSettings, settingsOf } from "./settings.js";

const some = { kind: "constant", value: 1 } as const;

/** A network over images whose input and whose logits something else may be done to. */
function net({ before, behind }: { before?: Change; behind?: Change }): Graph {
  const g = new GraphBuilder("net");
  const same: Change = (_, value) => value;
  const x = (before ?? same)(g, g.input("x", "float32", ["N", 3, 8, 8]));
  const map = g.call("Conv", [x, g.parameter("conv.weight", [4, 3, 3, 3], { kind: "he-normal", fan: "in" })]);
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [map])])]);
  const head = [g.parameter("fc.weight", [5, 4], { kind: "uniform-fan-in" }), g.parameter("fc.bias", [5], some)];
  g.output((behind ?? same)(g, g.call("Gemm", [pooled, ...head], { transB: 1 })), "y");
  return g.build();
}

type Change = (g: GraphBuilder, value: Value) => Value;

function found(graph: Graph, weights: Weights = initialise(graph, 1)): string[] {
  return [...settingsOf({ graph, weights }).keys()];
}

const parameter = (g: GraphBuilder, name: string, ...shape: number[]) => g.parameter(name, shape, some);

describe("settingsOf", () => {
  it.each<[string, { before?: Change; behind?: Change }, string[]]>([
    [
      "mean and std",
      {
        before: (g, x) =>
          g.call("Div", [g.call("Sub", [x, parameter(g, "mean", 1, 3, 1, 1)]), parameter(g, "std", 3, 1, 1)]),
      },
      ["mean", "std"],
    ],
    [
      "a scale and an offset, whose root is taken",
      {
        before: (g, x) => {
          const deviation = g.call("Sqrt", [parameter(g, "variance", 1, 3, 1, 1)]);
          return g.call("Add", [g.call("Mul", [x, deviation]), parameter(g, "offset", 1)]);
        },
      },
      ["variance", "offset"],
    ],
    ["a temperature", { behind: (g, z) => g.call("Div", [z, parameter(g, "temperature", 1)]) }, ["temperature"]],
    [
      "a temperature before a Softmax",
      { behind: (g, z) => g.call("Softmax", [g.call("Mul", [z, parameter(g, "scale", 1, 1)])]) },
      ["scale"],
    ],
    ["a prior", { behind: (g, z) => g.call("Add", [z, parameter(g, "prior", 5)]) }, ["prior"]],
    ["nothing", {}, []],
    ["no weight for each class", { behind: (g, z) => g.call("Mul", [z, parameter(g, "weight", 5)]) }, []],
  ])("finds %s", (_, changes, names) => expect(found(net(changes))).toEqual(names));

  it("takes the only bias of a layer for one", () => {
    const g = new GraphBuilder("net");
    const x = g.call("Flatten", [g.call("GlobalAveragePool", [g.input("x", "float32", ["N", 3, 8, 8])])]);
    const weight = g.parameter("weight", [3, 5], { kind: "uniform-fan-in" });
    g.output(g.call("Add", [g.call("MatMul", [x, weight]), g.parameter("bias", [5], some)]), "y");
    expect(found(g.build())).toEqual([]);
  });

  it("takes a depthwise kernel for a blur where it is the same for every channel", () => {
    const graph = net({ before: (g, x) => g.call("Conv", [x, parameter(g, "blur", 3, 1, 3, 3)], { group: 3 }) });
    const kernel = [1, 2, 1, 2, 4, 2, 1, 2, 1];
    const weights = initialise(graph, 1);
    const blur = new Map([...weights, ["blur", float32([3, 1, 3, 3], [...kernel, ...kernel, ...kernel])]]);
    expect(found(graph, blur)).toEqual(["blur"]);
    expect(found(graph, new Map([...weights, ["blur", randomTensor([3, 1, 3, 3], 1)]]))).toEqual([]);
  });

  it.each(["seresnet20", "mobilenetv3_large_100", "efficientnet_b0", "skresnet18"].filter(isKnown))(
    "finds none in %s",
    (name) => expect(found(createModel(name))).toEqual([]),
  );
});

function isKnown(name: string): boolean {
  try {
    return createModel(name) !== undefined;
  } catch {
    return false;
  }
}

describe("holdSettings", () => {
  const before: Change = (g, x) => g.call("Sub", [x, parameter(g, "mean", 1, 3, 1, 1)]);
  const graph = net({ before });
  const model = { graph, weights: initialise(graph, 1) };

  it("marks them as what does not learn", () => {
    const { graph: marked, held } = holdSettings(model);
    expect([...held]).toEqual([["mean", "it normalises the input"]]);
    expect([...marked.parameters].flatMap(([name, { trainable }]) => (trainable ? [] : [name]))).toEqual(["mean"]);
  });

  it("lets those learn that are named, and says where none is", () => {
    expect(holdSettings(model, ["me*"]).held.size).toBe(0);
    expect(() => holdSettings(model, ["std"])).toThrow('got pattern "std", which fits no setting of the file');
  });
});
