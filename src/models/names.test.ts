import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.js";
import { createModel } from "./index.js";

/** A short hash (FNV-1a) of the names and shapes of a graph's parameters, sorted. */
function fingerprint({ parameters }: Graph): string {
  const lines = [...parameters].map(([name, { shape }]) => `${name}:${shape.join("x")}`).sort();
  let hash = 0x811c9dc5;
  for (const character of lines.join("\n")) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Tensors of a PyTorch checkpoint: batch norm has a counter besides its four. */
function stateDictSize({ parameters, nodes }: Graph): number {
  return parameters.size + nodes.filter(({ op }) => op === "BatchNormalization").length;
}

// Compared once with every name and shape of timm's, torchvision's and Cadene's state dicts; pinned since.
const pinned: readonly (readonly [name: string, tensors: number, hash: string])[] = [
  ["resnet18", 122, "b3e92600"],
  ["resnet34", 218, "5018e45c"],
  ["resnet50", 320, "bfada5a3"],
  ["resnet101", 626, "733a8ba0"],
  ["resnet152", 932, "fc40ddae"],
  ["seresnet18", 154, "4c7bf48a"],
  ["seresnet34", 282, "098fe0b3"],
  ["seresnet50", 384, "38a8a2c0"],
  ["seresnet101", 758, "b725d0c6"],
  ["seresnet152", 1132, "cfdfd3a3"],
  ["legacy_seresnet18", 154, "b61e735f"],
  ["legacy_seresnet34", 282, "ead02b48"],
  ["legacy_seresnet50", 384, "53e1a27d"],
  ["legacy_seresnet101", 758, "6fd2530b"],
  ["legacy_seresnet152", 1132, "75a83f16"],
  ["resnext50_32x4d", 320, "30498376"],
  ["resnext101_32x4d", 626, "999d8112"],
  ["resnext101_64x4d", 626, "1bd6894c"],
  ["seresnext50_32x4d", 384, "5f41880d"],
  ["seresnext101_32x4d", 758, "5728dcee"],
  ["legacy_seresnext26_32x4d", 208, "2cd8fc7e"],
  ["legacy_seresnext50_32x4d", 384, "d31d54e8"],
  ["legacy_seresnext101_32x4d", 758, "d3350045"],
  ["senet154", 1144, "140d1daa"],
  ["legacy_senet154", 1144, "5d54a28b"],
  ["vgg16", 32, "06dd373f"],
  ["vgg16_bn", 97, "ad7e5f7c"],
  ["bn_inception", 485, "a964291b"],
  ["inception_v3", 580, "44374bbe"],
  ["inception_resnet_v2", 1306, "589ec8f6"],
  ["mobilenet_v1", 164, "91967215"],
  ["mobilenet_v3_small", 244, "988ff14d"],
  ["mobilenet_v3_large", 312, "ca9212ca"],
  ["mobilenetv3_small_100", 244, "d8401ce6"],
  ["mobilenetv3_large_100", 312, "9a1b363c"],
  ["tf_mobilenetv3_small_100", 244, "d8401ce6"],
  ["efficientnet_b0", 360, "caddd58a"],
  ["regnety_002", 318, "de5c9d81"],
  ["regnety_004", 384, "545942e1"],
  ["regnety_006", 362, "57695803"],
  ["regnety_008", 340, "fb6b3b7e"],
  ["regnety_016", 626, "9e7e2d4f"],
  ["regnety_032", 494, "4d1c7f18"],
];

describe("parameters have the published names and shapes", () => {
  it.each(pinned)("%s: %i tensors, %s", (name, tensors, hash) => {
    const graph = createModel(name, name === "inception_v3" ? { aux: true } : {});
    expect(stateDictSize(graph)).toBe(tensors);
    expect(fingerprint(graph)).toBe(hash);
  });

  it.each<[string, string, number[]]>([
    ["resnet50", "layer2.0.downsample.0.weight", [512, 256, 1, 1]],
    ["seresnet50", "layer3.5.se.fc1.weight", [64, 1024, 1, 1]],
    ["legacy_seresnet50", "layer0.conv1.weight", [64, 3, 7, 7]],
    ["legacy_seresnet50", "layer4.2.se_module.fc2.bias", [2048]],
    ["legacy_seresnet50", "last_linear.weight", [1000, 2048]],
    ["seresnext50_32x4d", "layer4.0.conv2.weight", [1024, 32, 3, 3]],
    ["senet154", "conv1.6.weight", [128, 64, 3, 3]],
    ["senet154", "layer2.0.downsample.0.weight", [512, 256, 3, 3]],
    ["senet154", "layer1.0.conv2.weight", [256, 2, 3, 3]],
    ["legacy_senet154", "layer0.bn3.running_var", [128]],
    ["mobilenet_v3_small", "features.1.block.1.fc1.weight", [8, 16, 1, 1]],
    ["mobilenet_v3_small", "features.2.block.2.0.weight", [24, 72, 1, 1]],
    ["mobilenet_v3_small", "classifier.3.weight", [1000, 1024]],
    ["mobilenetv3_small_100", "blocks.5.0.conv.weight", [576, 96, 1, 1]],
    ["mobilenetv3_small_100", "conv_head.weight", [1024, 576, 1, 1]],
    ["vgg16_bn", "pre_logits.fc1.weight", [4096, 512, 7, 7]],
    ["bn_inception", "inception_4e_double_3x3_2_bn.weight", [256]],
    ["shufflenet_v1_g3", "features.stage1.unit1.expand_conv3.weight", [216, 20, 1, 1]],
    ["preresnet164", "layer1.0.downsample.weight", [64, 16, 1, 1]],
  ])("%s has %s %j", (name, parameter, shape) =>
    expect(createModel(name).parameters.get(parameter)?.shape).toEqual(shape),
  );
});
