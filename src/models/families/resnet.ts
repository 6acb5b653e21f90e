import type { ModelFamily } from "../model.js";
import { type ResNetRow, resNetTwins } from "./imagenet-resnet.js";

/**
 * Source: He et al. 2015, arXiv:1512.03385, Table 1. Strides are on the 3×3 convolutions ("v1.5"), as in torchvision
 * and timm.
 */
const table = {
  resnet18: { block: "basic", depths: [2, 2, 2, 2] },
  resnet34: { block: "basic", depths: [3, 4, 6, 3] },
  resnet50: { block: "bottleneck", depths: [3, 4, 6, 3] },
  resnet101: { block: "bottleneck", depths: [3, 4, 23, 3] },
  resnet152: { block: "bottleneck", depths: [3, 8, 36, 3] },
} as const satisfies Record<string, ResNetRow>;

/** ResNets and, as `seresnet…`, their SE twins, with the names of torchvision's and timm's parameters. */
export const resNets: ModelFamily = Object.assign(
  {},
  ...Object.entries(table).map(([name, row]) => resNetTwins("resnet", name, `se${name}`, row)),
);
