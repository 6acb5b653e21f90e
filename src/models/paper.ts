import type { ModelOptions } from "./model.js";

/** What the SENet paper prints about a network and its SE twin. */
export interface PaperRow {
  /** As the paper writes it. */
  readonly network: string;
  /** Our names of the two. */
  readonly plain: string;
  readonly se: string;
  /** What both are built with, where they would differ in more than SE. */
  readonly options?: ModelOptions;
  /** GFLOPs (Table 2) or MFLOPs (Table 3): what it calls FLOPs are multiply-accumulates. */
  readonly printed: readonly [plain: number, se: number];
  /** Millions of parameters, where they are printed. */
  readonly params?: readonly [plain: number, se: number];
}

/**
 * Source: Hu et al., arXiv:1709.01507v4, Table 2. The authors' ResNets have the stride on the first 1×1 convolution.
 * The cost of Inception-ResNet-v2 fits no variant of it that is known: the published one costs 13.16 G, that of its
 * paper 9.26 G.
 */
export const table2: readonly PaperRow[] = [
  { network: "ResNet-50", plain: "legacy_resnet50", se: "legacy_seresnet50", printed: [3.86, 3.87] },
  { network: "ResNet-101", plain: "legacy_resnet101", se: "legacy_seresnet101", printed: [7.58, 7.6] },
  { network: "ResNet-152", plain: "legacy_resnet152", se: "legacy_seresnet152", printed: [11.3, 11.32] },
  {
    network: "ResNeXt-50 (32x4d)",
    plain: "legacy_resnext50_32x4d",
    se: "legacy_seresnext50_32x4d",
    printed: [4.24, 4.25],
  },
  {
    network: "ResNeXt-101 (32x4d)",
    plain: "legacy_resnext101_32x4d",
    se: "legacy_seresnext101_32x4d",
    printed: [7.99, 8.0],
  },
  { network: "VGG-16", plain: "vgg16_bn", se: "se_vgg16_bn", printed: [15.47, 15.48] },
  {
    network: "BN-Inception",
    plain: "bn_inception",
    se: "se_bn_inception",
    options: { convBias: false },
    printed: [2.03, 2.04],
  },
  {
    network: "Inception-ResNet-v2",
    plain: "inception_resnet_v2",
    se: "se_inception_resnet_v2",
    printed: [11.75, 11.76],
  },
];

/** Source: Hu et al., arXiv:1709.01507v4, Table 3. */
export const table3: readonly PaperRow[] = [
  { network: "MobileNet", plain: "mobilenet_v1", se: "se_mobilenet_v1", printed: [569, 572], params: [4.2, 4.7] },
  {
    network: "ShuffleNet",
    plain: "shufflenet_v1_g3",
    se: "se_shufflenet_v1_g3",
    printed: [140, 142],
    params: [1.8, 2.4],
  },
];
