import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { channelSplitUnits, denseLayers, inceptionModules } from "./concatenations.js";
import type { FoundUnit, UnitFinder } from "./found-unit.js";
import { invertedResiduals } from "./inverted-residuals.js";
import { plainConvolutions, separableConvolutions } from "./plain-convolutions.js";
import { residualBranches } from "./residual-branches.js";

/**
 * The kinds of units. In a row those come first whose parts would pass for others; a later row is looked for only where
 * the rows before found nothing, since the stem of a residual network is a plain convolution and its reductions are
 * modules.
 */
const finders: readonly (readonly UnitFinder[])[] = [
  [invertedResiduals, residualBranches, channelSplitUnits, denseLayers],
  [inceptionModules, separableConvolutions],
  [plainConvolutions],
];

/** The units of a network that attention may become part of, in the order of the graph. */
export function findUnits(index: GraphIndex): FoundUnit[] {
  const taken = new Set<Node>();
  const units: FoundUnit[] = [];
  for (const row of finders) {
    for (const find of row) {
      for (const unit of find(index, taken)) {
        units.push(unit);
        for (const node of unit.nodes) taken.add(node);
      }
    }
    if (units.length > 0) break;
  }
  const order = ({ join }: FoundUnit) => index.order(join.outputs[0]!);
  return units.sort((a, b) => order(a) - order(b));
}
