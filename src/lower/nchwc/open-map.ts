import type { Value } from "../../graph/graph.js";
import type { FeatureMap } from "./feature-map.js";
import type { Kernels } from "./kernels.js";

/**
 * A convolution that waits for what it takes along, and stays the work of the layer that it is of.
 * @param plain what it gives without anything along, where that is a plain value.
 */
export function openMap(
  { g }: Kernels,
  make: (extra: { bias?: Value; sum?: Value }) => Value,
  plain?: Value,
): FeatureMap {
  const { place } = g;
  return { kind: "open", make: (extra) => g.within(place, () => make(extra)), ...(plain && { plain }) };
}
