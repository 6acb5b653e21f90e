import { UserError } from "../errors.js";
import type { Node } from "../graph/graph.js";
import type { GraphIndex, Reader } from "../graph/graph-index.js";
import type { Placement } from "../layers/attention/attention.js";
import { isOfKind } from "../ops/index.js";
import { dataInputs } from "../read/maps.js";
import { activationAfter, convShape } from "./layer-shapes.js";
import type { FoundUnit } from "./units/found-unit.js";

/** A value and those of its readers that get the weighed map in its place. */
export interface Edge {
  readonly value: string;
  readonly readers: readonly Reader[];
}

/**
 * Where in a unit the block stands, by the names of the SENet paper (§6.5 and Figure 5).
 * @throws UserError when the unit has no such place.
 */
export function edgeOf(index: GraphIndex, unit: FoundUnit, placement: Placement): Edge {
  if (placement === "standard") return whole(index, unit.value);
  const { residual, join } = unit;
  if (residual === undefined || join.op === "Concat") {
    throw new UserError(
      `got placement ${placement} for the ${unit.kind} at ${join.name}, which is not added to a shortcut; expected standard`,
    );
  }
  if (placement === "3x3") return whole(index, afterThree(index, unit, residual.branch));
  if (placement === "post") {
    const sum = join.outputs[0]!;
    return whole(index, activationAfter(index, sum)?.value ?? sum);
  }
  if (placement === "identity") {
    const readers = index.readers(residual.shortcut).filter(({ node }) => node === join);
    return { value: residual.shortcut, readers };
  }
  const branch = new Set<Node>(residual.branch);
  const readers = index.readers(residual.from).filter(({ node }) => branch.has(node));
  if (readers.length > 0) return { value: residual.from, readers };
  throw new UserError(
    `got placement pre for the ${unit.kind} at ${join.name}, whose branch and projection share their first layers; expected another placement`,
  );
}

/** The edge to all that reads a value. */
export function whole(index: GraphIndex, value: string): Edge {
  return { value, readers: index.readers(value) };
}

/** What the only 3×3 convolution of a bottleneck makes, after its batch norm and activation. */
function afterThree(index: GraphIndex, { kind, join }: FoundUnit, branch: readonly Node[]): string {
  const convs = branch.filter((node) => convShape(index, node) !== undefined);
  const three = convs.filter((node) => convShape(index, node)!.kernel.every((size) => size === 3));
  if (three.length !== 1 || convs.length < 3) {
    throw new UserError(
      `got placement 3x3 for the ${kind} at ${join.name}, which has ${three.length} such convolutions of ${convs.length}; expected one between two others, as in a bottleneck`,
    );
  }
  return afterNorm(index, three[0]!);
}

/** What a convolution makes, after the batch norm and the activation that alone follow it. */
export function afterNorm(index: GraphIndex, conv: Node): string {
  const made = normed(index, conv.outputs[0]!);
  return activationAfter(index, made)?.value ?? made;
}

/** A value after the normalisation, bias or learnt scale that alone follow it. */
export function normed(index: GraphIndex, value: string): string {
  const next = index.onlyReader(value);
  if (next === undefined) return value;
  const channelwise = (next.op === "Mul" || next.op === "Add") && dataInputs(index, next).length === 1;
  if (!isOfKind(next, "norm") && next.op !== "Identity" && !channelwise) return value;
  return normed(index, next.outputs[0]!);
}
