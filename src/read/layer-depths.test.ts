import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { insertAttention } from "../insert/insert-attention.js";
import { createModel } from "../models/index.js";
import { layerDepths } from "./layer-depths.js";

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

  it("counts kernels on the longest way where names say nothing: branches side by side, gates with what they weigh", () => {
    const depths = layerDepths(gated("resnet18.folded"));
    // Stem, two blocks of two convolutions, the second with a projection beside them, and the dense layer.
    expect([...depths].filter(([name]) => /Conv/.test(name)).map(([, depth]) => depth)).toEqual(
      [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1].toSorted((a, b) => a - b),
    );
    expect([depths.get("4.se.fc1.weight"), depths.get("5.se.fc2.weight"), depths.get("9.bias")]).toEqual([3, 1, 0]);
  });
});
