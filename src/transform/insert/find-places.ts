import type { Node } from "../../graph/graph.js";
import type { Place, PlaceFinder } from "./place.js";
import { residualBranches } from "./residual-branches.js";
import type { Wiring } from "./wiring.js";

/** The kinds of units, those first whose parts would pass for others. */
const finders: readonly PlaceFinder[] = [residualBranches];

/** The units of a network that attention may become part of, in the order of the graph. */
export function findPlaces(wiring: Wiring): Place[] {
  const taken = new Set<Node>();
  const places: Place[] = [];
  for (const find of finders) {
    for (const place of find(wiring, taken)) {
      places.push(place);
      for (const node of place.nodes) taken.add(node);
    }
  }
  return places.sort((a, b) => wiring.order(a.join.outputs[0]!) - wiring.order(b.join.outputs[0]!));
}
