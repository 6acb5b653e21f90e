import type { ModelFamily } from "../model.js";
import { type ResNetRow, resNetTwins } from "./imagenet-resnet.js";

/** Source: Xie et al. 2016, arXiv:1611.05431, Table 1; "32x4d" is 32 groups of 4 channels in the first stage. */
const table = {
  resnext50_32x4d: { block: "bottleneck", depths: [3, 4, 6, 3], group: 32, perGroup: 4 },
  resnext101_32x4d: { block: "bottleneck", depths: [3, 4, 23, 3], group: 32, perGroup: 4 },
  resnext101_64x4d: { block: "bottleneck", depths: [3, 4, 23, 3], group: 64, perGroup: 4 },
} as const satisfies Record<string, ResNetRow>;

/** ResNeXts and, as `seresnext…`, their SE twins, with the names of torchvision's and timm's parameters. */
export const resNeXts: ModelFamily = Object.assign(
  {},
  ...Object.entries(table).map(([name, row]) => resNetTwins("resnext", name, `se${name}`, row)),
);
