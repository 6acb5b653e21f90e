import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { channelSplitUnits, denseLayers, inceptionModules } from "./concatenations.js";
import { invertedResiduals } from "./inverted-residuals.js";
import type { Place, PlaceFinder } from "./place.js";
import { plainConvolutions, separableConvolutions } from "./plain-convolutions.js";
import { residualBranches } from "./residual-branches.js";

/**
 * The kinds of units. In a row those come first whose parts would pass for others; a later row is looked for only where the
 * rows before found nothing, since the stem of a residual network is a plain convolution and its reductions are modules.
 */
const finders: readonly (readonly PlaceFinder[])[] = [
  [invertedResiduals, residualBranches, channelSplitUnits, denseLayers],
  [inceptionModules, separableConvolutions],
  [plainConvolutions],
];

/** The units of a network that attention may become part of, in the order of the graph. */
export function findPlaces(index: GraphIndex): Place[] {
  const taken = new Set<Node>();
  const places: Place[] = [];
  for (const row of finders) {
    for (const find of row) {
      for (const place of find(index, taken)) {
        places.push(place);
        for (const node of place.nodes) taken.add(node);
      }
    }
    if (places.length > 0) break;
  }
  const order = ({ join }: Place) => index.order(join.outputs[0]!);
  return places.sort((a, b) => order(a) - order(b));
}
