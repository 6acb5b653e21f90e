import { describe, expect, it } from "vitest";
import type { Attributes } from "../graph/attributes.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { randomTensor } from "../testing/random-tensor.js";
import { type OpName, ops } from "./index.js";
import type { Op } from "./op.js";
import type { ScalingTrait } from "./op-kind.js";

/** What an operator is asked with beside a map. */
interface Example {
  /** Its other inputs: floats are fed, integers are constants of the graph. */
  readonly inputs?: readonly Tensor[];
  readonly attributes?: Attributes;
}

const shape = [2, 4, 4, 4];
const map = randomTensor(shape, 1, { low: -8, high: 8 });
const other = randomTensor(shape, 2, { low: -8, high: 8 });
const number = (value: number) => float32([], [value]);
const window = { attributes: { kernel_shape: { ints: [2, 2] } } };

/** Operators that a map alone does not do for. */
const examples: Partial<Record<OpName, Example>> = {
  AveragePool: window,
  Clip: { inputs: [number(0), number(6)] },
  CumSum: { inputs: [int64([], [1])] },
  Div: { inputs: [number(3)] },
  Expand: { inputs: [int64([5], [3, 1, 1, 1, 1])] },
  LpPool: window,
  MaxPool: window,
  Mod: { inputs: [number(3)], attributes: { fmod: { int: 1 } } },
  Pad: { inputs: [int64([8], [0, 0, 1, 1, 0, 0, 1, 1]), number(0.5)] },
  PRelu: { inputs: [number(0.25)] },
  Pow: { inputs: [number(3)] },
  ReduceProd: { inputs: [int64([1], [3])] },
  ShakeShake: { inputs: [other, float32([1, 1, 1, 1], [0.25]), float32([1, 1, 1, 1], [0.5])] },
  SpaceToDepth: { attributes: { blocksize: { int: 2 } } },
  Tile: { inputs: [int64([4], [1, 2, 1, 1])] },
};

function exampleOf(name: OpName, { kind }: Op): Required<Example> {
  const inputs = kind === "join" || name === "Concat" ? [other] : [];
  const attributes: Attributes = name === "Concat" ? { axis: { int: 1 } } : {};
  return { inputs, attributes, ...examples[name] };
}

/** What an operator makes of these inputs. */
async function resultOf(name: OpName, inputs: readonly Tensor[], attributes: Attributes): Promise<number[]> {
  const fed = inputs.filter(({ dtype }) => dtype === "float32");
  const [result] = await compute(fed, (g, ...values) => {
    const given = [...values];
    const all = inputs.map((tensor) => (tensor.dtype === "float32" ? given.shift()! : g.constant(tensor)));
    const { domain } = ops[name] as Op;
    return g.append({
      name: "y",
      op: name,
      domain,
      inputs: all.map((value) => value.name),
      outputs: ["y"],
      attributes,
    });
  });
  return Array.from(result!.data, Number);
}

function twiceOf({ shape, data }: Tensor): Tensor {
  return float32(
    shape,
    Array.from(data, Number).map((x) => 2 * x),
  );
}

/** The inputs that are doubled together, once for every way that must double the result. */
function doubledBy(scaling: ScalingTrait, count: number): number[][] {
  if (typeof scaling === "object") return [[0, ...scaling.limits]];
  if (scaling === "multiplies") return [[0], [1]];
  return [scaling === "joins" ? Array.from({ length: count }, (_, i) => i) : [0]];
}

function near(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, i) => Object.is(x, b[i]) || Math.abs(x - b[i]!) <= 1e-6 * Math.max(1, Math.abs(x)));
}

const table = Object.entries(ops) as [OpName, Op][];
const scaled = table.flatMap(([name, op]) => ("scaling" in op ? [[name, op] as const] : []));
const pointwise = table.filter(([, { kind }]) => kind === "activation" || kind === "elementwise" || kind === "join");
const gates = table.flatMap(([name, op]) => ("gate" in op && op.gate !== "never" ? [[name, op] as const] : []));
const activations = table.flatMap(([name, op]) => (op.kind === "activation" ? [[name, op] as const] : []));

describe("what an operator says of itself beside its kind", () => {
  it.each(scaled)("%s: whether its result is doubled with its inputs", async (name, op) => {
    const { inputs, attributes } = exampleOf(name, op);
    const given = [map, ...inputs];
    const once = await resultOf(name, given, attributes);
    for (const doubled of doubledBy(op.scaling, given.length)) {
      const twice = given.map((tensor, i) => (doubled.includes(i) ? twiceOf(tensor) : tensor));
      const result = await resultOf(name, twice, attributes);
      expect(
        near(
          result,
          once.map((y) => 2 * y),
        ),
      ).toBe(op.scaling !== "keeps");
    }
  });

  it.each(pointwise)("%s: that every element is made from those at the same place", async (name, op) => {
    const { inputs, attributes } = exampleOf(name, op);
    const turned = (tensor: Tensor) =>
      tensor.data.length === map.data.length ? float32(shape, Array.from(tensor.data, Number).reverse()) : tensor;
    const given = [map, ...inputs];
    const there = await resultOf(name, given.map(turned), attributes);
    expect(near(there.reverse(), await resultOf(name, given, attributes))).toBe(true);
  });

  it.each(activations)("%s: whether its results are at least 0", async (name, op) => {
    const { inputs, attributes } = exampleOf(name, op);
    expect(Math.min(...(await resultOf(name, [map, ...inputs], attributes))) >= 0).toBe(op.positive);
  });

  it.each(gates)("%s: as a gate, that it is at most 1", async (name, op) => {
    const { inputs, attributes } = exampleOf(name, op);
    const results = await resultOf(name, [map, ...inputs], attributes);
    expect(Math.max(...results.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});
