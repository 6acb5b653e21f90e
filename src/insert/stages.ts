import type { Dim } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import { type Position, positionsBySize } from "../read/positions.js";
import type { FoundUnit } from "./units/found-unit.js";

/**
 * The positions of units: the first stage is stage 2, as conv2_x is, for what comes before it is stage 1; where the
 * network begins with a unit, it is stage 1 itself.
 */
export function positionsOf(index: GraphIndex, units: readonly FoundUnit[]): Position[] {
  const first = units[0] !== undefined && beginsWith(index, units[0]) ? 1 : 2;
  const sizes = units.map(({ join }) => sizeOf(index.value(join.outputs[0]!).shape));
  return positionsBySize(sizes, first);
}

function sizeOf(shape: readonly Dim[]): string {
  return shape.slice(2).join("x");
}

/** Whether the first convolution of the network belongs to the unit. */
function beginsWith(index: GraphIndex, unit: FoundUnit): boolean {
  const conv = index.graph.nodes.find(({ op }) => op === "Conv");
  return conv !== undefined && unit.nodes.has(conv);
}
