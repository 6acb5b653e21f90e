import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { gatedMaps } from "../../read/gate-nodes.js";

/** A unit of a network that attention may become part of. */
export interface FoundUnit {
  /** What kind of unit it is, as tables print it. */
  readonly kind: UnitKind;
  /** The map that the block weighs where it stands as usual. */
  readonly value: string;
  /** The node that joins the unit's branches; of a unit with one way through it, the last node. */
  readonly join: Node;
  /** All nodes of the unit, for its name and its other placements. */
  readonly nodes: ReadonlySet<Node>;
  /** Of a unit whose branch is joined with its input. */
  readonly residual?: Residual;
}

/** The two ways through a residual unit. */
export interface Residual {
  /** The value that both ways come from. */
  readonly from: string;
  /** The nodes that only the branch passes, from the last to the first. */
  readonly branch: readonly Node[];
  /** What is joined with the branch: `from`, or a projection of it. */
  readonly shortcut: string;
}

/** The kinds of units that are known. */
export type UnitKind =
  | "residual branch"
  | "inverted residual"
  | "channel-split unit"
  | "dense layer"
  | "concatenation"
  | "separable convolution"
  | "convolution"
  | "node";

/** Whether the unit weighs its channels or pixels already. */
export function isGated(index: GraphIndex, { nodes, value, join }: FoundUnit): boolean {
  return gatedMaps(index.graph).some(
    ({ product, map }) => nodes.has(product) || map === value || map === join.outputs[0],
  );
}

/** Finds the units of one kind; `taken` holds the nodes of those that were found before. */
export type UnitFinder = (index: GraphIndex, taken: ReadonlySet<Node>) => readonly FoundUnit[];
