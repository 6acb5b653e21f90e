import { describe, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { computeLayer, expectNear } from "../testing/compute-layer.js";
import { type Activation, activations } from "./activation.js";

describe("activations", () => {
  it.each<[Activation, number[]]>([
    ["relu", [0, 0, 1, 8]],
    ["relu6", [0, 0, 1, 6]],
    ["hard-swish", [0, -1 / 3, 2 / 3, 8]],
    ["silu", [-0.0719448, -0.2689414, 0.7310586, 7.9973171]],
  ])("%s of −4, −1, 1 and 8", async (name, expected) => {
    const y = await computeLayer(float32([1, 1, 1, 4], [-4, -1, 1, 8]), {}, ({ g }, x) => activations[name](g, x));
    expectNear(y, expected);
  });
});
