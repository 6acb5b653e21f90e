import { describe, expect, it } from "vitest";
import { countMacs } from "../account/cost.js";
import { countParameters } from "../graph/graph.js";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "./index.js";
import type { ModelOptions } from "./model.js";

/** Multiply-accumulates in millions, as the literature prints them. */
function millions(macs: number): string {
  return (macs / 1e6).toFixed(2);
}

// Parameters are the published counts (torchvision, timm, imgclsmob), MACs those of convolutions and dense layers.
const published: readonly (readonly [name: string, params: number, macs: string, options?: ModelOptions])[] = [
  ["resnet18", 11_689_512, "1814.07"],
  ["resnet34", 21_797_672, "3663.76"],
  ["resnet50", 25_557_032, "4089.18"],
  ["resnet101", 44_549_160, "7801.41"],
  ["resnet152", 60_192_808, "11513.63"],
  ["legacy_resnet50", 25_557_032, "3857.97"],
  ["legacy_resnet101", 44_549_160, "7570.19"],
  ["legacy_resnet152", 60_192_808, "11282.42"],
  ["seresnet18", 11_779_624, "1814.16"],
  ["legacy_seresnet18", 11_778_592, "1814.16"],
  ["seresnet34", 21_960_416, "3663.92"],
  ["legacy_seresnet34", 21_958_868, "3663.92"],
  ["seresnet50", 28_088_024, "4091.70"],
  ["legacy_seresnet50", 28_088_024, "3860.49"],
  ["seresnet101", 49_326_872, "7806.15"],
  ["legacy_seresnet101", 49_326_872, "7574.94"],
  ["seresnet152", 66_821_848, "11520.20"],
  ["legacy_seresnet152", 66_821_848, "11288.99"],
  ["seresnet50", 28_071_976, "4091.70", { attention: { kind: "se", bias: false } }],
  ["seresnet101", 49_292_328, "7806.15", { attention: { kind: "se", bias: false } }],
  ["seresnet152", 66_770_984, "11520.20", { attention: { kind: "se", bias: false } }],
  ["resnext50_32x4d", 25_028_904, "4230.48"],
  ["resnext101_32x4d", 44_177_704, "7970.00"],
  ["resnext101_64x4d", 83_455_272, "15460.27"],
  ["seresnext50_32x4d", 27_559_896, "4232.99"],
  ["seresnext101_32x4d", 48_955_416, "7974.74"],
  ["legacy_seresnext26_32x4d", 16_790_280, "2472.10"],
  ["legacy_seresnext50_32x4d", 27_559_896, "4232.99"],
  ["legacy_seresnext101_32x4d", 48_955_416, "7974.74"],
  ["senet154", 115_088_984, "20688.36"],
  ["legacy_senet154", 115_088_984, "20688.36"],
  ["senet154", 108_459_944, "20681.79", { attention: { kind: "none" } }],
  ["bn_inception", 11_295_240, "2032.60"],
  ["bn_inception", 11_285_224, "2032.60", { convBias: false }],
  ["se_bn_inception", 11_931_622, "2033.24"],
  ["inception_v3", 23_834_568, "5713.22"],
  ["se_inception_v3", 25_496_188, "5714.87"],
  ["inception_resnet_v2", 55_843_464, "13155.79"],
  ["se_inception_resnet_v2", 64_387_444, "13164.29"],
  ["vgg16", 138_357_544, "15470.26"],
  ["vgg16_bn", 138_365_992, "15470.26"],
  ["vgg16_bn", 138_361_768, "15470.26", { convBias: false }],
  ["se_vgg16_bn", 138_596_784, "15470.49"],
  ["se_vgg16_bn", 138_592_560, "15470.49", { convBias: false }],
  ["mobilenet_v1", 4_231_976, "568.74"],
  ["se_mobilenet_v1", 4_718_044, "569.22"],
  ["shufflenet_v1_g3", 1_865_728, "137.46"],
  ["se_shufflenet_v1_g3", 2_484_533, "138.07"],
  ["mobilenet_v3_small", 2_542_856, "56.51"],
  ["mobilenet_v3_large", 5_483_032, "216.59"],
  ["mobilenetv3_small_100", 2_542_856, "56.51"],
  ["mobilenetv3_large_100", 5_483_032, "216.59"],
  ["tf_mobilenetv3_small_100", 2_542_856, "56.51"],
  ["efficientnet_b0", 5_288_548, "385.81"],
  ["regnety_002", 3_162_996, "199.51"],
  ["regnety_004", 4_344_144, "401.84"],
  ["regnety_006", 6_055_160, "601.22"],
  ["regnety_008", 6_263_168, "797.18"],
  ["regnety_016", 11_202_430, "1612.08"],
  ["regnety_032", 19_436_338, "3176.48"],
];

describe("networks for ImageNet have the published numbers of parameters and multiply-accumulates", () => {
  it.each(published.map(([name, params, macs, options = {}]) => ({ name, params, macs, options })))(
    "$name: $params and $macs M $options",
    ({ name, params, macs, options }) => {
      const graph = createModel(name, options);
      expect(countParameters(graph)).toBe(params);
      expect(millions(countMacs(graph))).toBe(macs);
    },
  );

  it("senet154 at 320 pixels: 42212 M", () =>
    expect(Math.round(countMacs(createModel("senet154", { input: [3, 320, 320] })) / 1e6)).toBe(42_212));

  it("inception_v3 with its auxiliary classifier: 27161264", () =>
    expect(countParameters(createModel("inception_v3", { aux: true }))).toBe(27_161_264));
});

// For 10 classes, for 100, and multiply-accumulates; those of 32 and 44 layers follow from the others' steps.
const small: readonly (readonly [name: string, c10: number, c100: number, macs: string])[] = [
  ["resnet20", 272_474, 278_324, "40.81"],
  ["seresnet20", 274_847, 280_697, "40.82"],
  ["resnet32", 466_906, 472_756, "69.12"],
  ["seresnet32", 470_861, 476_711, "69.13"],
  ["resnet44", 661_338, 667_188, "97.44"],
  ["seresnet44", 666_875, 672_725, "97.44"],
  ["resnet56", 855_770, 861_620, "125.75"],
  ["seresnet56", 862_889, 868_739, "125.75"],
  ["resnet110", 1_730_714, 1_736_564, "253.15"],
  ["seresnet110", 1_744_952, 1_750_802, "253.16"],
  ["resnet164", 1_704_154, 1_727_284, "247.65"],
  ["seresnet164", 1_906_258, 1_929_388, "247.84"],
  ["preresnet110", 1_730_522, 1_736_372, "253.15"],
  ["preresnet164", 1_703_258, 1_726_388, "247.65"],
  ["shake_shake_20_2x16d", 541_082, 546_932, "80.92"],
  ["shake_shake_26_2x32d", 2_923_162, 2_934_772, "426.69"],
  ["shake_shake_26_2x96d", 26_192_922, 26_227_572, "3776.89"],
  ["wrn16_8", 10_961_370, 11_007_540, "1548.15"],
  ["sewrn16_8", 11_049_290, 11_095_460, "1548.23"],
];

describe("networks for CIFAR have the published numbers of parameters and multiply-accumulates", () => {
  it.each(small)("%s: %i for 10 classes, %i for 100, %s M", (name, c10, c100, macs) => {
    expect(countParameters(createModel(name))).toBe(c10);
    expect(countParameters(createModel(name, { classes: 100 }))).toBe(c100);
    expect(millions(countMacs(createModel(name)))).toBe(macs);
  });

  it.each([
    ["resnet20", 269_722, "40.55"],
    ["resnet110", 1_727_962, "252.89"],
  ])("%s with option A, whose shortcuts have no parameters: %i, %s M", (name, params, macs) => {
    const graph = createModel(name, { shortcut: "A" });
    expect(countParameters(graph)).toBe(params);
    expect(millions(countMacs(graph))).toBe(macs);
  });
});

// The paper's ResNet-50 (Tables 10, 13, 14, 15 and 16) and, below, other blocks at the end of its residual branches.
const ablations: readonly (readonly [attention: string, params: number])[] = [
  ["se:bias=false,reduction=2", 45_676_584],
  ["se:bias=false,reduction=4", 35_616_808],
  ["se:bias=false,reduction=8", 30_586_920],
  ["se:bias=false,reduction=16", 28_071_976],
  ["se:bias=false,reduction=32", 26_814_504],
  ["se:reduction=2", 45_699_240],
  ["se:reduction=4", 35_635_688],
  ["se:reduction=8", 30_603_912],
  ["se:reduction=32", 26_830_080],
  ["se:bias=false,stages=2", 25_581_608],
  ["se:bias=false,stages=3", 25_688_104],
  ["se:bias=false,stages=4", 26_343_464],
  ["se:bias=false,stages=5", 27_129_896],
  ["se:bias=false,stages=2-4", 26_499_112],
  ["se:placement=standard", 28_088_024],
  ["se:placement=pre", 27_562_140],
  ["se:placement=post", 28_088_024],
  ["se:placement=identity", 28_088_024],
  ["se:placement=3x3", 25_718_228],
  ["se:squeeze=max", 28_088_024],
  ["se:squeeze=none", 28_088_024],
  ["se:weights=linear", 28_088_024],
  ["none", 25_557_032],
  ["eca", 25_557_118],
  ["cbam", 28_089_624],
  ["scse", 45_714_360],
  ["gc", 28_105_032],
  ["ese", 45_691_688],
  ["ge:variant=minus", 25_557_032],
];

describe("ResNet-50 with attention has the parameters of the papers' ablations", () => {
  it.each(ablations)("%s: %i", (attention, params) =>
    expect(countParameters(createModel("legacy_resnet50", { attention: parseAttention(attention) }))).toBe(params),
  );

  it("without a squeeze it costs 4.27 GMACs, as Table 16 says", () => {
    const attention = { kind: "se", squeeze: "none" } as const;
    expect(millions(countMacs(createModel("legacy_resnet50", { attention })))).toBe("4269.02");
  });

  it("CBAM runs its dense layers for the mean and for the maximum: 4095.57 M", () => {
    const cbam = createModel("resnet50", { attention: { kind: "cbam" } });
    const blocks = [256, 512, 1024, 2048].flatMap((c, i) => new Array([3, 4, 6, 3][i]!).fill({ c, side: 56 / 2 ** i }));
    const added = blocks.reduce((sum, { c, side }) => sum + 2 * 2 * c * (c / 16) + 2 * 49 * side * side, 0);
    expect(countMacs(cbam) - countMacs(createModel("resnet50"))).toBe(added);
    expect(millions(countMacs(cbam))).toBe("4095.57");
  });

  it("ResNeXt-50 with selective kernels is SKNet-50: 27479784", () =>
    expect(countParameters(createModel("resnext50_32x4d", { attention: { kind: "sk" } }))).toBe(27_479_784));

  it("an SE block adds 2·C·⌊C/r⌋ weights and C + ⌊C/r⌋ biases", () => {
    const block = (c: number, hidden: number) => 2 * c * hidden + c + hidden;
    const added = (reduction: number) =>
      countParameters(createModel("resnet20", { attention: { kind: "se", reduction } })) -
      countParameters(createModel("resnet20"));
    expect(added(16)).toBe(3 * (block(16, 1) + block(32, 2) + block(64, 4)));
    expect(added(4)).toBe(3 * (block(16, 4) + block(32, 8) + block(64, 16)));
    expect(added(100)).toBe(3 * (block(16, 1) + block(32, 1) + block(64, 1))); // never without a hidden unit
  });
});
