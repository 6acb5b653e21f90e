import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Init, Value } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { activations } from "../layers/activation.js";
import { conv } from "../layers/conv.js";
import { convNorm } from "../layers/conv-norm.js";
import { Scope } from "../layers/scope.js";
import { createModel } from "../models/index.js";
import { insertAttention, insertedKey, insertedWeights } from "./insert-attention.js";
import { outputOf } from "./outputs.test.helper.js";

/** A network of whatever `body` makes of images [N, 3, 8, 8]. */
function net(body: (p: Scope, x: Value) => Value | readonly Value[]): Graph {
  const g = new GraphBuilder("net");
  const made = body(new Scope(g), g.input("x", "float32", ["N", 3, 8, 8]));
  for (const value of "name" in made ? [made] : made) g.output(value);
  return g.build();
}

const block = (p: Scope, name: string, x: Value) => {
  const at = p.at(name);
  const options = { channels: x.shape[1] as number, kernel: 3 };
  return convNorm([at.at("conv"), at.at("bn")], x, options);
};

async function sameAnswers(graph: Graph, inserted = insertAttention(graph)): Promise<void> {
  const weights = initialise(graph, 3);
  const after = { graph: inserted.graph, weights: insertedWeights(inserted, weights) };
  expect(await outputOf(after, { level: "disabled" })).toEqual(
    await outputOf({ graph, weights }, { level: "disabled" }),
  );
}

describe("insertAttention", () => {
  it("leaves the graph that it is given as it is", () => {
    const graph = createModel("resnet20");
    const before = JSON.stringify(graph.nodes);
    insertAttention(graph);
    expect(JSON.stringify(graph.nodes)).toBe(before);
    expect(graph.metadata.has(insertedKey)).toBe(false);
  });

  it("keeps the card, and says which blocks it put in", () => {
    const graph = { ...createModel("resnet20"), metadata: new Map([["senet.card", "{}"]]) };
    const { metadata } = insertAttention(graph, { attention: { kind: "eca", stages: [2] } }).graph;
    expect(metadata.get("senet.card")).toBe("{}");
    expect(JSON.parse(metadata.get(insertedKey)!)).toEqual([
      { attention: "eca:stages=2", start: "identity", blocks: ["layer1.0.se", "layer1.1.se", "layer1.2.se"] },
    ]);
  });

  it("says what a block takes: SE of 64 channels, r = 16, has 580 parameters and 512 multiply-accumulates", () => {
    const { sites } = insertAttention(createModel("resnet18"), { attention: { kind: "se", stages: [2] } });
    expect(sites.map(({ channels, hidden, params, macs }) => [channels, hidden, params, macs])).toEqual([
      [64, 4, 580, 512],
      [64, 4, 580, 512],
    ]);
  });

  it("numbers stages by the sizes of maps, from 2 on, or from 1 where the first convolution is a place", () => {
    const stages = (name: string) => [...new Set(insertAttention(createModel(name)).sites.map(({ stage }) => stage))];
    expect(stages("resnet18")).toEqual([2, 3, 4, 5]);
    expect(stages("resnet20")).toEqual([2, 3, 4]);
    expect(stages("vgg16_bn")).toEqual([1, 2, 3, 4, 5]);
  });

  it("puts a block behind a node or value by its name", async () => {
    const graph = createModel("resnet20", { classes: 4, input: [3, 16, 16] });
    const inserted = insertAttention(graph, { at: ["layer2.0.bn1.out", "layer3.1.bn2.out"] });
    expect(inserted.sites.map(({ name, kind, channels }) => [name, kind, channels])).toEqual([
      ["layer2.0.bn1.se", "node", 32],
      ["layer3.1.se", "residual branch", 64], // the end of a branch that is known
    ]);
    await sameAnswers(graph, inserted);
  });

  it.each([
    [
      { at: ["layer2.0.bn1.outt"] },
      'got "layer2.0.bn1.outt"; expected the name of a node or value; did you mean "layer2.0.bn1.out"?',
    ],
    [{ at: ["fc.out"] }, 'got "fc.out", which gives float32 [N, 10]; expected a node that gives a map [N, C, H, W]'],
    [{ attention: { kind: "se", stages: [2, 7] } }, "got attention in stages 7; expected some of 2, 3, 4"],
    [
      { attention: { kind: "se", placement: "3x3" } },
      "which has 2 such convolutions of 2; expected one between two others, as in a bottleneck",
    ],
    [
      { attention: { kind: "sk" } },
      "got sk to insert; expected another block: it stands in the place of a convolution",
    ],
    [
      { attention: { kind: "gc", reduction: 16 } },
      "layer1.0.se behind layer1.0.bn2.out: gc: got 16 channels with reduction 16",
    ],
  ] as const)("refuses %j", (options, message) => {
    expect(() => insertAttention(createModel("resnet20"), options)).toThrow(message);
  });

  it("says what stands in the way of an identity start", () => {
    const graph = net((p, x) => {
      const y = p.g.call("Tanh", [conv(p.at("conv"), x, { channels: 4, kernel: 3 })], {}, "bend");
      return p.g.call("Sigmoid", [y], {}, "end");
    });
    expect(() => insertAttention(graph, { at: ["bend"] })).toThrow(
      "got start identity for conv.se; expected a layer between bend and end whose weights can make up for a gate of ½ there",
    );
    expect(insertAttention(graph, { at: ["bend"], start: "paper" }).sites.length).toBe(1);
    expect(insertAttention(graph, { at: ["bend"], attention: { kind: "scse" } }).sites.length).toBe(1);
  });

  it("says of a network without units what it has instead", () => {
    const dense = net((p, x) =>
      p.g.call("Gemm", [p.g.call("Flatten", [x]), p.parameter("w", [192, 4], { kind: "uniform-fan-in" })]),
    );
    expect(() => insertAttention(dense)).toThrow(
      "got a network without convolutions (it begins with Flatten Flatten_0)",
    );
    const linear = net((p, x) => conv(p.at("patch"), x, { channels: 4, kernel: 4, stride: 4, padding: 0 }));
    expect(() => insertAttention(linear)).toThrow(
      "got 1 convolution (the first is patch.out), none of which is part of a unit that is known",
    );
  });
});

describe("networks with gates", () => {
  it.each(["seresnet20", "regnety_002", "efficientnet_b0"])("%s is left alone", (name) => {
    expect(() => insertAttention(createModel(name))).toThrow(/with a gate in each of its \d+ units/);
    expect(() => insertAttention(createModel(name), { force: true })).toThrow("to put a second one behind");
  });

  it("get more of them where it is said", async () => {
    const graph = createModel("resnet20", {
      classes: 4,
      input: [3, 16, 16],
      attention: { kind: "eca", stages: [2, 3] },
    });
    expect(() => insertAttention(graph)).toThrow(
      "got a network that has 6 gates already (the first is layer1.0.se.out)",
    );
    const inserted = insertAttention(graph, { force: true });
    expect(inserted.sites.map(({ name }) => name)).toEqual(["layer3.0.se", "layer3.1.se", "layer3.2.se"]);
    expect(inserted.gated.map(({ value }) => value).slice(0, 2)).toEqual(["layer1.0.se.out", "layer1.1.se.out"]);
    await sameAnswers(graph, inserted);
    const second = insertAttention(graph, { at: ["layer1.0.se.out"], force: true });
    expect(second.sites[0]!.name).toBe("layer1.0.se_2"); // the first one has its name
    await sameAnswers(graph, second);
  });
});

describe("what an identity start doubles", () => {
  it("is the batch norm before the gate, whose map nothing else gets", () => {
    const { scaled } = insertAttention(createModel("resnet20"), { attention: { kind: "se", stages: [2] } });
    const doubled = (unit: string) =>
      ["weight", "bias"].map((name) => [`${unit}.bn2.${name}`, { from: `${unit}.bn2.${name}`, exponent: 1 }]);
    expect([...scaled]).toEqual(["layer1.0", "layer1.1", "layer1.2"].flatMap(doubled));
  });

  it("is a copy, where other layers have the same weights", async () => {
    const graph = net((p, x) => {
      const init: Init = { kind: "he-normal", fan: "in" };
      const w = p.parameter("w", [3, 3, 3, 3], init);
      const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
      const unit = (y: Value) => p.g.call("Relu", [p.g.call("Add", [p.g.call("Conv", [y, w], same), y])]);
      const y = p.g.call("Conv", [unit(unit(x)), w], same); // the last one has no gate behind it
      return p.g.call("GlobalAveragePool", [y]);
    });
    const inserted = insertAttention(graph);
    expect([...inserted.scaled]).toEqual([["w.x2", { from: "w", exponent: 1 }]]);
    expect(inserted.graph.parameters.has("w")).toBe(true);
    await sameAnswers(graph, inserted);
  });

  it("is elsewhere where the map before the gate is wanted as it is", async () => {
    // y is read by the gate, and by a sigmoid that must not see it doubled: the convolution after the sum cannot help
    // either
    const graph = net((p, x) => {
      const y = block(p, "one", x);
      const z = activations.relu(p.g, conv(p.at("two"), y, { channels: 3, kernel: 3 }));
      return [p.g.call("GlobalAveragePool", [z]), p.g.call("Sigmoid", [y])];
    });
    const inserted = insertAttention(graph, { at: ["two.out"] });
    expect([...inserted.scaled.keys()]).toEqual(["two.weight"]);
    await sameAnswers(graph, inserted);
    expect(() => insertAttention(graph, { at: ["one.bn.out"] })).not.toThrow(); // the sigmoid reads what the block makes of it
    await sameAnswers(graph, insertAttention(graph, { at: ["one.bn.out"] }));
  });

  it("takes an output of the network along", async () => {
    const graph = net((p, x) => block(p, "one", x));
    const [{ name }] = graph.outputs as [Value];
    const inserted = insertAttention(graph, { at: [name] });
    expect(inserted.graph.outputs.map((output) => output.name)).toEqual([name]);
    expect(inserted.graph.nodes.some(({ op }) => op === "GlobalAveragePool")).toBe(true);
    await sameAnswers(graph, inserted);
  });
});
