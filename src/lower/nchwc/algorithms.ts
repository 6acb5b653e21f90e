import type { OpName } from "../../ops/index.js";
import { plainAlgorithms } from "../lower-plain.js";
import { inputGradientAlgorithms } from "./input-gradient.js";
import type { BlockAlgorithm, Call } from "./rules.js";
import { weightGradientAlgorithms } from "./weight-gradient.js";

/** The operators that can be computed in several ways on channel blocks, the one that is best by rule first. */
const onBlocks: Partial<Record<OpName, (call: Call) => readonly BlockAlgorithm[]>> = {
  ConvInputGradient: inputGradientAlgorithms,
  ConvWeightGradient: weightGradientAlgorithms,
};

/** All ways to compute a node, those on plain values after those on blocks; none where there are none on blocks. */
export function blockAlgorithms(call: Call): readonly BlockAlgorithm[] {
  const blocked = onBlocks[call.node.op as OpName]?.(call) ?? [];
  if (blocked.length === 0) return [];
  const values = () => call.inputs.map((_, i) => call.plain(i));
  const plain = plainAlgorithms(call.node, call.inputs).map(({ name, write }) => ({
    name,
    write: () => write(call.k.g, values()),
  }));
  return [...blocked, ...plain];
}
