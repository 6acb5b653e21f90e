import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { insertAttention } from "../insert/insert-attention.js";
import { createModel, models } from "../models/index.js";
import { withoutNames } from "../testing/without-names.js";
import { countLayers, layerDepths } from "./layer-depths.js";

/** A small network by PyTorch's exporter with SE blocks, see `tests/goldens/make-exports.py`. */
function gated(file: string) {
  const path = fileURLToPath(new URL(`../../tests/goldens/exports/${file}.onnx`, import.meta.url));
  const { graph } = importModel(readOnnx(readFileSync(path)));
  return insertAttention(graph, { attention: { kind: "se", reduction: 4 } }).graph;
}

describe("layerDepths", () => {
  it("counts blocks from the last layer of a residual network, stem and head being one each", () => {
    const depths = layerDepths(createModel("resnet20"));
    expect(depths.get("fc.weight")).toBe(0);
    expect(depths.get("layer3.2.conv2.weight")).toBe(1);
    expect(depths.get("layer3.2.bn1.bias")).toBe(1);
    expect(depths.get("layer1.0.conv1.weight")).toBe(9);
    expect([depths.get("conv1.weight"), depths.get("bn1.weight")]).toEqual([10, 10]);
  });

  it("counts a gate to the block that it is in", () => {
    const depths = layerDepths(gated("resnet50"));
    expect([depths.get("6.conv1.weight"), depths.get("6.se.fc1.weight"), depths.get("10.weight")]).toEqual([1, 1, 0]);
    expect([depths.get("4.downsample.0.weight"), depths.get("4.se.fc2.bias")]).toEqual([3, 3]);
  });

  it("counts blocks on the graph where names say nothing, gates with what they weigh", () => {
    const depths = layerDepths(gated("resnet18.folded"));
    // Stem, two blocks of two convolutions, the second with a projection beside them, and the dense layer.
    const ofConvolutions = [...depths].filter(([name]) => /Conv/.test(name)).map(([, depth]) => depth);
    expect(ofConvolutions).toEqual([3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1]);
    expect([depths.get("4.se.fc1.weight"), depths.get("5.se.fc2.weight"), depths.get("9.bias")]).toEqual([2, 1, 0]);
  });

  it("gives the same residual blocks with and without names that tell them", () => {
    for (const name of ["resnet20", "seresnet20", "seresnet50"]) {
      const graph = createModel(name);
      const depths = layerDepths(graph);
      const unnamed = layerDepths(withoutNames(graph));
      const numbers = [...graph.parameters.keys()];
      const pairs = [...depths].map(([parameter, depth]) => [depth, unnamed.get(`w${numbers.indexOf(parameter)}`)!]);
      const trunk = pairs.filter(([, other]) => other! > 1); // names count all behind the last block as one
      const shift = trunk[0]![0]! - trunk[0]![1]!;
      expect([name, trunk.filter(([depth, other]) => depth! - other! !== shift)]).toEqual([name, []]);
    }
  });

  // Those of timm 0.9.16 (`param_groups_layer_decay`), where it has the network; others by their modules.
  it.each([
    ["regnety_002", 15],
    ["efficientnet_b0", 18],
    ["mobilenetv3_small_100", 14],
    ["resnet50", 18],
    ["seresnet50", 18],
    ["inception_v3", 17],
    ["shufflenet_v1_g3", 18],
    ["se_vgg16_bn", 14],
    ["vgg16", 14],
  ])("finds the layers of %s: %i", (name, layers) => expect(countLayers(createModel(name))).toBe(layers));

  it("finds more than one layer in every network of the zoo", () => {
    expect(Object.keys(models).filter((name) => countLayers(createModel(name)) < 7)).toEqual([]);
  });
});
