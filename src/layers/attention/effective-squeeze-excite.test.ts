import { describe, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear } from "../../testing/compute-layer.js";
import { effectiveSqueezeExcite } from "./effective-squeeze-excite.js";
import type { Gate } from "./gate.js";

describe("effectiveSqueezeExcite", () => {
  it.each<[Gate, number, number]>([
    ["hard-sigmoid", 4 / 6, 5 / 6],
    ["relu", 1, 2],
  ])("by hand: the means 1 and 2 through one layer and a %s", async (gate, first, second) => {
    const parameters = { "fc.weight": float32([2, 2, 1, 1], [1, 0, 0, 1]), "fc.bias": float32([2], [0, 0]) };
    const x = float32([1, 2, 1, 2], [0, 2, 1, 3]);
    const y = await computeLayer(x, parameters, (p, x) => effectiveSqueezeExcite(p, x, { gate }));
    expectNear(y, [0, 2 * first, second, 3 * second]);
  });
});
