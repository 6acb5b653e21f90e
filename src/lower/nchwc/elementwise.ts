import { attributesOf } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import type { OpName } from "../../ops/index.js";
import { type FeatureMap, store } from "./feature-map.js";
import { isNumber } from "./numbers.js";
import type { Call } from "./rules.js";

/** Operators that make every element from those at the same place: to them blocks are an order like any other. */
const names: ReadonlySet<string> = new Set<OpName>([
  ...([
    "Abs",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
  ] as const),
  ...(["LeakyRelu", "Log", "Mish", "Neg", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin"] as const),
  ...(["Softplus", "Softsign", "Sqrt", "Tanh", "ThresholdedRelu"] as const),
  ...(["Add", "Div", "Max", "Mean", "Min", "Mul", "Pow", "PRelu", "Sub", "Sum"] as const),
]);

/** An element-wise operator over maps of one shape, and numbers; undefined where it is anything else. */
export function elementwise({ k, node, inputs, isMap, anyMap, plain }: Call): readonly FeatureMap[] | undefined {
  const shape = inputs.find((_, i) => isMap(i))?.shape.join();
  if (shape === undefined || !names.has(node.op)) return undefined;
  if (!inputs.every((input) => isNumber(input) || input.shape.join() === shape)) return undefined;

  const maps = inputs.map((input, i) => (isNumber(input) ? undefined : anyMap(i)));
  if (maps.some((each, i) => each === undefined && !isNumber(inputs[i]!))) return undefined; // a map of one point is none
  const written = (made: (map: FeatureMap) => Value): Value => {
    const values = maps.map((each, i) => (each === undefined ? plain(i) : made(each)));
    const given = node.inputs.map((name) => (name === "" ? undefined : values.shift()));
    return k.g.call(node.op as OpName, given, attributesOf(node));
  };
  const constants = maps.flatMap((each) => (each?.kind === "constant" ? [each] : []));
  if (constants.length === maps.filter((each) => each !== undefined).length) {
    const vectors = new Map<FeatureMap, Value>(constants.map((each) => [each, each.value]));
    return [{ ...constants[0]!, value: written((each) => vectors.get(each)!) }];
  }
  return [{ kind: "stored", value: written((each) => store(k, each)) }];
}
