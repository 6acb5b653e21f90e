import type { Dim } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import type { FoundUnit } from "./units/found-unit.js";

/** Where a unit stands in its network, as the paper counts: SE_3_4 is the fourth block of stage 3. */
export interface Position {
  readonly stage: number;
  readonly block: number;
}

/**
 * Places whose units make maps of the same size are a stage. The first is stage 2, as conv2_x is, for what comes before
 * it is stage 1; where the network begins with a unit, it is stage 1 itself.
 */
export function positionsOf(index: GraphIndex, units: readonly FoundUnit[]): Position[] {
  const sizes: string[] = [];
  const counts = new Map<string, number>();
  const first = units[0] !== undefined && beginsWith(index, units[0]) ? 1 : 2;
  return units.map(({ join }) => {
    const size = sizeOf(index.value(join.outputs[0]!).shape);
    if (!sizes.includes(size)) sizes.push(size);
    counts.set(size, (counts.get(size) ?? 0) + 1);
    return { stage: first + sizes.indexOf(size), block: counts.get(size)! };
  });
}

function sizeOf(shape: readonly Dim[]): string {
  return shape.slice(2).join("x");
}

/** Whether the first convolution of the network belongs to the unit. */
function beginsWith(index: GraphIndex, unit: FoundUnit): boolean {
  const conv = index.graph.nodes.find(({ op }) => op === "Conv");
  return conv !== undefined && unit.nodes.has(conv);
}
