import type { ModelFamily } from "../model.js";
import { type ResNetRow, resNetTwins } from "./imagenet-resnet.js";

const basic = { block: "basic", form: "legacy" } as const;
const v1 = { block: "bottleneck", strideOn: "1x1", form: "legacy" } as const;
const resNeXt = { block: "bottleneck", group: 32, perGroup: 4, form: "legacy" } as const;

/**
 * The networks of the paper as its authors trained them and as they were first ported to PyTorch: the stride of a
 * ResNet is on the first 1×1 convolution ("v1"), that of a ResNeXt on the 3×3 one. Weights of these networks fit the
 * shapes of the others too, and give wrong answers there.
 * Source: github.com/hujie-frank/SENet, `models/`; timm, `senet.py`.
 */
const table = {
  resnet18: { ...basic, depths: [2, 2, 2, 2] },
  resnet34: { ...basic, depths: [3, 4, 6, 3] },
  resnet50: { ...v1, depths: [3, 4, 6, 3] },
  resnet101: { ...v1, depths: [3, 4, 23, 3] },
  resnet152: { ...v1, depths: [3, 8, 36, 3] },
  resnext26_32x4d: { ...resNeXt, depths: [2, 2, 2, 2] },
  resnext50_32x4d: { ...resNeXt, depths: [3, 4, 6, 3] },
  resnext101_32x4d: { ...resNeXt, depths: [3, 4, 23, 3] },
} as const satisfies Record<string, ResNetRow>;

/** The authors' networks as `legacy_seresnet50` and their twins without SE as `legacy_resnet50`. */
export const legacyResNets: ModelFamily = Object.assign(
  {},
  ...Object.entries(table).map(([name, row]) => resNetTwins("legacy", `legacy_${name}`, `legacy_se${name}`, row)),
);
