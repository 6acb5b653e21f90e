import type { OpName } from "../../ops/index.js";
import { plainAlgorithms } from "../lower-plain.js";
import { inputGradientAlgorithms } from "./input-gradient.js";
import { type BlockAlgorithm, type NodeOnBlocks, typesOf } from "./map-source.js";
import { weightGradientAlgorithms } from "./weight-gradient.js";

/** The operators that can be computed in several ways on channel blocks, the one that is best by rule first. */
const onBlocks: Partial<Record<OpName, (call: NodeOnBlocks) => readonly BlockAlgorithm[]>> = {
  ConvInputGradient: inputGradientAlgorithms,
  ConvWeightGradient: weightGradientAlgorithms,
};

/** All ways to compute a node, those on plain values after those on blocks; none where there are none on blocks. */
export function blockAlgorithms(call: NodeOnBlocks): readonly BlockAlgorithm[] {
  const { k, node, inputs } = call;
  const blocked = onBlocks[node.op as OpName]?.(call) ?? [];
  if (blocked.length === 0) return [];
  const plain = plainAlgorithms(node, typesOf(call)).map(
    ({ name, write }): BlockAlgorithm => ({
      name,
      write: () =>
        write(
          k.g,
          inputs.map((input) => input.plain()),
        ),
    }),
  );
  return [...blocked, ...plain];
}
