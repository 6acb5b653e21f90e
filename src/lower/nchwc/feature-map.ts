import type { Value } from "../../graph/graph.js";
import type { Kernels, MapShape } from "./kernels.js";

/**
 * A feature map that is known but perhaps not yet computed. Affine maps, residual sums and products wait here until it
 * is clear who needs them: a batch norm, an SE gate, the residual sum and the ReLU after them become one pass, and a
 * mean or a dot product of an affine map is arithmetic on vectors. `Value`s are blocked maps, or vectors [N, C], [1, C]
 * or [1, 1].
 */
export type FeatureMap =
  | { readonly kind: "stored"; readonly value: Value }
  /** scale·of + shift + sum, then max(·, 0) where `relu`. */
  | {
      readonly kind: "affine";
      readonly of: Value;
      readonly scale: Value;
      readonly shift?: Value;
      readonly sum?: Value;
      readonly relu?: boolean;
    }
  /** The same everywhere on a map of this shape: one number per image and channel. */
  | { readonly kind: "constant"; readonly value: Value; readonly shape: MapShape }
  /** a·b element by element. */
  | { readonly kind: "product"; readonly a: Value; readonly b: FeatureMap }
  /**
   * Something that can take a bias [1, C] and a map to add along at no cost; what an engine's plain operator computes
   * and is put into blocks afterwards, if at all, has a plain form.
   */
  | {
      readonly kind: "open";
      readonly make: (extra: { bias?: Value; sum?: Value }) => Value;
      readonly plain?: Value;
    };

/** A map of the form scale·of + shift with nothing after it. Every stored map is one. */
export interface Linear {
  readonly of: Value;
  readonly scale: Value | undefined;
  readonly shift: Value | undefined;
}

/** Computes a map: a blocked value [N, C, H, W]. */
export function store(k: Kernels, map: FeatureMap): Value {
  switch (map.kind) {
    case "stored":
      return map.value;
    case "affine":
      return k.affine(map.of, map.scale, map);
    case "product":
      return k.g.call("Mul", [map.a, store(k, map.b)]);
    case "open":
      return map.make({});
    case "constant":
      return k.fill(map.value, map.shape);
  }
}

/** Computes a map as a plain value. */
export function plainly(k: Kernels, map: FeatureMap): Value {
  if (map.kind === "constant") return k.fillPlain(map.value, map.shape);
  return (map.kind === "open" ? map.plain : undefined) ?? k.toPlain(store(k, map));
}

/** The map as scale·of + shift, computed first where it is anything else. */
export function linear(k: Kernels, map: FeatureMap): Linear {
  if (map.kind === "affine" && map.sum === undefined && !map.relu) {
    return { of: map.of, scale: map.scale, shift: map.shift };
  }
  return { of: store(k, map), scale: undefined, shift: undefined };
}

/** a·x, where an undefined a is 1. */
export function times(k: Kernels, a: Value | undefined, x: Value): Value {
  return a === undefined ? x : k.g.call("Mul", [a, x]);
}

/** a + b, where undefined ones are 0. */
export function plus(k: Kernels, a: Value | undefined, b: Value | undefined): Value | undefined {
  return a === undefined ? b : b === undefined ? a : k.g.call("Add", [a, b]);
}

/** Σ over H and W of a map [N, C, H, W] with `pixels` = H·W: a vector [N, C]. */
export function sumOf(k: Kernels, map: FeatureMap, pixels: number): Value {
  if (map.kind === "constant") return k.g.call("Mul", [map.value, k.g.scalar(pixels)]);
  if (map.kind === "product") {
    const { of, scale, shift } = linear(k, map.b); // Σ a·(scale·of + shift)
    const scaled = times(k, scale, k.dot(map.a, of));
    return shift === undefined ? scaled : k.g.call("Add", [scaled, k.g.call("Mul", [shift, k.sum(map.a)])]);
  }
  const { of, scale, shift } = linear(k, map);
  const scaled = times(k, scale, k.sum(of));
  return shift === undefined ? scaled : k.g.call("Add", [scaled, k.g.call("Mul", [shift, k.g.scalar(pixels)])]);
}
