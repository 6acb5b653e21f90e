import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.js";
import { createModel } from "./index.js";

/** Parameters by the parts of their names, with shapes for leaves: "64x3x7x7". */
interface Outline {
  readonly [part: string]: Outline | string;
}

/** Names and shapes, as short as can be read: parts that hold the same are one, "1-35" or "bias,weight". */
function outlineOf(parameters: readonly (readonly [name: string, shape: string])[]): Outline {
  const inside = new Map<string, (readonly [string, string])[]>();
  for (const [name, shape] of parameters) {
    const [part, ...rest] = name.split(".");
    inside.set(part!, [...(inside.get(part!) ?? []), [rest.join("."), shape]]);
  }
  const alike = new Map<string, string[]>();
  for (const part of [...inside.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
    const [[name, shape], ...more] = inside.get(part) as [readonly [string, string]];
    const text = JSON.stringify(name === "" && more.length === 0 ? shape : outlineOf(inside.get(part)!));
    alike.set(text, [...(alike.get(text) ?? []), part]);
  }
  return Object.fromEntries(Array.from(alike, ([text, parts]) => [ranges(parts), JSON.parse(text)]));
}

/** Names beside each other, runs of numbers as their first and last. */
function ranges(names: readonly string[]): string {
  const follows = (name: string, before: string | undefined) =>
    /^\d+$/.test(name) && Number(before) + 1 === Number(name);
  const starts = names.filter((name, i) => !follows(name, names[i - 1]));
  const ends = names.filter((name, i) => i + 1 === names.length || !follows(names[i + 1]!, name));
  return starts.map((start, i) => (start === ends[i] ? start : `${start}-${ends[i]}`)).join();
}

/** Tensors of a PyTorch checkpoint: batch norm has a counter besides its four. */
function stateDictSize({ parameters, nodes }: Graph): number {
  return parameters.size + nodes.filter(({ op }) => op === "BatchNormalization").length;
}

// Compared once with every name and shape of timm's, torchvision's and Cadene's state dicts; pinned since, the names
// and shapes themselves in a file. For a network that is to be added, the failure of its test shows what belongs there.
const pinned: readonly (readonly [name: string, tensors: number])[] = [
  ["resnet18", 122],
  ["resnet34", 218],
  ["resnet50", 320],
  ["resnet101", 626],
  ["resnet152", 932],
  ["seresnet18", 154],
  ["seresnet34", 282],
  ["seresnet50", 384],
  ["seresnet101", 758],
  ["seresnet152", 1132],
  ["legacy_seresnet18", 154],
  ["legacy_seresnet34", 282],
  ["legacy_seresnet50", 384],
  ["legacy_seresnet101", 758],
  ["legacy_seresnet152", 1132],
  ["resnext50_32x4d", 320],
  ["resnext101_32x4d", 626],
  ["resnext101_64x4d", 626],
  ["seresnext50_32x4d", 384],
  ["seresnext101_32x4d", 758],
  ["legacy_seresnext26_32x4d", 208],
  ["legacy_seresnext50_32x4d", 384],
  ["legacy_seresnext101_32x4d", 758],
  ["senet154", 1144],
  ["legacy_senet154", 1144],
  ["vgg16", 32],
  ["vgg16_bn", 97],
  ["bn_inception", 485],
  ["inception_v3", 580],
  ["inception_resnet_v2", 1306],
  ["mobilenet_v1", 164],
  ["mobilenet_v3_small", 244],
  ["mobilenet_v3_large", 312],
  ["mobilenetv3_small_100", 244],
  ["mobilenetv3_large_100", 312],
  ["tf_mobilenetv3_small_100", 244],
  ["efficientnet_b0", 360],
  ["regnety_002", 318],
  ["regnety_004", 384],
  ["regnety_006", 362],
  ["regnety_008", 340],
  ["regnety_016", 626],
  ["regnety_032", 494],
];

const text = readFileSync(new URL("../../tests/goldens/parameter-names.json", import.meta.url), "utf8");
const outlines: Record<string, Outline> = JSON.parse(text);

describe("parameters have the published names and shapes", () => {
  it.each(pinned)("%s: %i tensors", (name, tensors) => {
    const graph = createModel(name, name === "inception_v3" ? { aux: true } : {});
    expect(stateDictSize(graph)).toBe(tensors);
    const shapes = Array.from(graph.parameters, ([key, { shape }]) => [key, shape.join("x")] as const);
    expect(outlineOf(shapes)).toEqual(outlines[name]);
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
