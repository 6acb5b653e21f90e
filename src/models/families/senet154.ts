import type { ModelFamily } from "../model.js";
import { type ResNetRow, resNetTwins } from "./imagenet-resnet.js";

/** 3 layers in the stem, 50 units of 3 and the classifier. Source: SENet paper, arXiv:1709.01507, appendix. */
const row = {
  block: "bottleneck",
  depths: [3, 8, 36, 3],
  group: 64,
  perGroup: 4,
  halved: true,
  projection: 3,
  stem: "3x3",
  dropout: 0.2,
} as const satisfies ResNetRow;

/** SENet-154 as timm has it, and as the authors' Caffe weights want it; and both without SE. */
export const senets: ModelFamily = {
  ...resNetTwins("senet154", "senet154_plain", "senet154", row),
  ...resNetTwins("senet154", "legacy_senet154_plain", "legacy_senet154", { ...row, form: "legacy" }),
};
