import { describe, expect, it } from "vitest";
import { countMacs } from "../account/cost.js";
import { removeDeadNodes } from "../clean/dead-nodes.js";
import { countParameters, type Graph, type Weights } from "../graph/graph.js";
import { elements, float32 } from "../graph/tensor.js";
import { type Attention, parseAttention } from "../layers/attention/attention.js";
import { createModel, type ModelOptions } from "../models/index.js";
import { insertAttention } from "./insert-attention.js";
import { outputOf } from "./outputs.test.helper.js";

/**
 * What graphs compute, each as a number: equal where operators, attributes, the names of inputs and parameters and the
 * constants are the same, whatever values and nodes are called. Graphs of one number compute the same for all weights.
 */
function formulas(...graphs: readonly Graph[]): string[] {
  const numbers = new Map<string, number>();
  const numberOf = (text: string) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  };
  return graphs.map(({ inputs, parameters, constants, nodes, outputs }) => {
    const values = new Map<string, number>();
    for (const name of [...inputs.map(({ name }) => name), ...parameters.keys()]) values.set(name, numberOf(name));
    for (const [name, { dtype, shape, data }] of constants) {
      values.set(name, numberOf(`${dtype} ${shape} ${Array.from(data as ArrayLike<number | bigint>)}`));
    }
    for (const { op, inputs, outputs, attributes } of nodes) {
      const given = inputs.map((name) => values.get(name));
      const text = `${op} ${op === "Add" ? given.sort() : given} ${JSON.stringify(Object.entries(attributes).sort())}`;
      for (const [i, name] of outputs.entries()) values.set(name, numberOf(`${text} ${i}`));
    }
    return outputs.map(({ name }) => `${name} ${values.get(name)}`).join();
  });
}

/** The paper's networks: the host, its SE twin, what both are built with, and the block as the twin has it. */
const pairs: readonly [host: string, twin: string, options: ModelOptions, attention: string, size: number][] = [
  ["resnet18", "seresnet18", {}, "se:hidden=divisible", 64],
  ["resnet50", "seresnet50", {}, "se", 64],
  ["legacy_resnet50", "legacy_seresnet50", {}, "se", 64],
  ["resnext50_32x4d", "seresnext50_32x4d", {}, "se", 64],
  ["inception_resnet_v2", "se_inception_resnet_v2", {}, "se", 107],
  ["inception_v3", "se_inception_v3", {}, "se", 107],
  ["bn_inception", "se_bn_inception", { convBias: false }, "se", 64],
  ["vgg16_bn", "se_vgg16_bn", {}, "se", 32],
  ["mobilenet_v1", "se_mobilenet_v1", {}, "se", 64],
  ["shufflenet_v1_g3", "se_shufflenet_v1_g3", {}, "se", 64],
  ["resnet20", "seresnet20", {}, "se:hidden=divisible", 32],
  ["preresnet20", "sepreresnet20", {}, "se", 32],
  ["wrn16_8", "sewrn16_8", {}, "se", 32],
];

describe.each(pairs)("%s with blocks inserted", (host, twin, options, text, size) => {
  const attention = parseAttention(text) as Exclude<Attention, { kind: "none" }>;

  it(`has the parameters, their names and the cost of ${twin}`, () => {
    const { graph } = insertAttention(createModel(host, options), { attention, start: "paper" });
    const expected = createModel(twin, { ...options, attention });
    expect([...graph.parameters].sort()).toEqual([...expected.parameters].sort());
    expect(countParameters(graph)).toBe(countParameters(expected));
    expect(countMacs(graph)).toBe(countMacs(expected));
  });

  it(`is ${twin}, formula by formula`, () => {
    const { graph } = insertAttention(createModel(host, options), { attention, start: "paper" });
    const [ours, theirs] = formulas(graph, createModel(twin, { ...options, attention }));
    expect(ours).toBe(theirs);
  });

  it(`computes with its weights what ${twin} computes`, async () => {
    const small = { ...options, input: [3, size, size], classes: 10 } as const;
    const { graph } = insertAttention(createModel(host, small), { attention, start: "paper" });
    const expected = withoutHead(createModel(twin, { ...small, attention }));
    const weights = patterned(expected);
    const [ours, theirs] = [
      await outputOf({ graph: withoutHead(graph), weights }, { level: "disabled" }),
      await outputOf({ graph: expected, weights }, { level: "disabled" }),
    ];
    expect(ours.some((value) => value !== 0)).toBe(true);
    expect(ours).toEqual(theirs);
  });
});

describe("placements of the paper's Table 14 and 15", () => {
  // Parameters of ResNet-50 with biases, as the definitions give them.
  it.each([
    ["standard", 28_088_024],
    ["post", 28_088_024],
    ["identity", 28_088_024],
    ["pre", 27_562_140],
    ["3x3", 25_718_228],
  ] as const)("%s gives %i parameters and the network that is built so", (placement, count) => {
    const attention = { kind: "se", placement } as const;
    const { graph } = insertAttention(createModel("resnet50"), { attention, start: "paper" });
    expect(countParameters(graph)).toBe(count);
    const built = createModel("resnet50", { attention: { ...attention, hidden: "floor" } });
    const [ours, theirs] = formulas(graph, built);
    expect(ours).toBe(theirs);
  });
});

/** Weights of the size that first ones have, without the time that drawing millions of them takes. */
function patterned({ parameters }: Graph): Weights {
  let at = 0;
  return new Map(
    [...parameters].map(([name, { shape, init }]) => {
      const size = elements(shape);
      const [middle, reach] = init.kind === "constant" ? [init.value, 0.1] : [0, Math.sqrt((6 * shape[0]!) / size)];
      const data = new Float32Array(size);
      for (let i = 0; i < size; i++) {
        at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
        data[i] = middle + reach * (at / 2 ** 31 - 1);
      }
      return [name, float32(shape, data)];
    }),
  );
}

/**
 * A network without its dense layers, whose weights would fill the memory of a test: up to the last pooling of maps.
 */
function withoutHead(graph: Graph): Graph {
  const last = graph.nodes.findLast(({ op }) => op === "MaxPool" || op === "GlobalAveragePool")!;
  const cut = removeDeadNodes({
    ...graph,
    outputs: [{ name: last.outputs[0]!, dtype: "float32", shape: ["N", 1, 1, 1] }],
  });
  const read = new Set(cut.nodes.flatMap(({ inputs }) => inputs));
  return { ...cut, parameters: new Map([...cut.parameters].filter(([name]) => read.has(name))) };
}
