import { describe, expect, it } from "vitest";
import type { Value } from "../graph/graph.js";
import type { Scope } from "../layers/scope.js";
import { blockNames } from "./names.js";
import { bottleneck, indexed, type Write } from "./networks.test.helper.js";
import { positionsOf } from "./stages.js";
import { findUnits } from "./units/find-units.js";

function namesIn(write: Write): string[] {
  const index = indexed(write);
  const units = findUnits(index);
  return blockNames(index, units, positionsOf(index, units), units);
}

/** A convolution and a ReLU, called so. */
const layer = ({ g }: Scope, x: Value, weight: string, [conv, relu]: readonly [string, string]) => {
  const w = g.parameter(weight, [4, 4, 1, 1], { kind: "uniform-fan-in" });
  return g.call("Relu", [g.call("Conv", [x, w], {}, conv)], {}, relu);
};

describe("blockNames", () => {
  it("takes the module that the unit is", () => {
    expect(namesIn((p, x) => bottleneck(p.at("layer1.1"), bottleneck(p.at("layer1.0"), x)))).toEqual([
      "layer1.0.se",
      "layer1.1.se",
    ]);
  });

  it("has the word of the first ports of the SENet authors' networks, whose stem is layer0", () => {
    expect(namesIn((p, x) => bottleneck(p.at("layer1.0"), layer(p, x, "layer0.conv1.weight", ["c", "r"])))).toEqual([
      "layer1.0.se_module",
    ]);
  });

  it("takes the path of an activation that PyTorch's exporter left", () => {
    const write: Write = (p, x) =>
      layer(p, x, "onnx::Conv_1", ["/features/features.0/Conv", "/features/features.1/Relu"]);
    expect(namesIn(write)).toEqual(["features.1.se"]);
  });

  it("counts where nothing has a name", () => {
    expect(namesIn((p, x) => layer(p, layer(p, x, "onnx::Conv_1", ["a", "b"]), "onnx::Conv_2", ["c", "d"]))).toEqual([
      "se_1_1",
      "se_1_2",
    ]);
  });

  it("passes over names that are taken", () => {
    const write: Write = (p, x) => {
      p.parameter("layer1.0.se.fc1.weight", [1], { kind: "constant", value: 0 });
      return bottleneck(p.at("layer1.0"), x);
    };
    expect(namesIn(write)).toEqual(["layer1.0.se_2"]);
  });
});
