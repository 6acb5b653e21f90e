import type { Value } from "../../graph/graph.js";
import type { Algorithm } from "../../ops/op.js";
import type { Grouping, Kernels } from "./kernels.js";

/**
 * A way to compute the gradient of a convolution for its input on channel blocks, from dy blocked [N, O, H', W'] and w
 * plain [O, I/group, kH, kW]; `sum`, blocked [N, I, H, W], is added.
 */
export type InputGradientWay = Algorithm<
  [k: Kernels, dy: Value, w: Value, grouping?: Grouping & { readonly sum?: Value | undefined }],
  Value
>;
