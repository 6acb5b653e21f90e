import { attributesOf } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { isOfKind, type OpName } from "../../ops/index.js";
import { lowerPlain } from "../lower-plain.js";
import { type FeatureMap, store } from "./feature-map.js";
import type { NodeOnBlocks } from "./map-source.js";
import { isNumber } from "./numbers.js";

/**
 * An operator that makes every element from those at the same place, over maps of one shape, and numbers: to it blocks
 * are an order like any other. Undefined where it is anything else.
 */
export function elementwise({ k, node, inputs }: NodeOnBlocks): readonly FeatureMap[] | undefined {
  const shape = inputs.find(({ form }) => form === "blocked")?.type.shape.join();
  if (shape === undefined || !isOfKind(node, "activation", "elementwise", "join")) return undefined;
  if (!inputs.every(({ type }) => isNumber(type) || type.shape.join() === shape)) return undefined;

  const maps = inputs.map((input) => (isNumber(input.type) ? undefined : input.map()));
  if (maps.some((each, i) => each === undefined && !isNumber(inputs[i]!.type))) return undefined; // a map of one point is none
  const written = (made: (map: FeatureMap) => Value): Value => {
    const values = maps.map((each, i) => (each === undefined ? inputs[i]!.plain() : made(each)));
    const given = node.inputs.map((name) => (name === "" ? undefined : values.shift()));
    return lowerPlain(k.g, node, given)?.[0] ?? k.g.call(node.op as OpName, given, attributesOf(node));
  };
  const constants = maps.flatMap((each) => (each?.kind === "constant" ? [each] : []));
  if (constants.length === maps.filter((each) => each !== undefined).length) {
    const vectors = new Map<FeatureMap, Value>(constants.map((each) => [each, each.value]));
    return [{ ...constants[0]!, value: written((each) => vectors.get(each)!) }];
  }
  return [{ kind: "stored", value: written((each) => store(k, each)) }];
}
