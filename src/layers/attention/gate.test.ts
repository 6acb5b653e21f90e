import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear, layerGraph } from "../../testing/compute-layer.js";
import { type Gate, gateOf, gates } from "./gate.js";

describe("gateOf", () => {
  it.each<[Gate, number[]]>([
    ["sigmoid", [0.0179862, 0.5, 0.7310586]],
    ["hard-sigmoid", [0, 0.5, 2 / 3]],
    ["tanh", [-0.9993293, 0, 0.7615942]],
    ["relu", [0, 0, 1]],
  ])("%s of −4, 0 and 1", async (kind, expected) =>
    expectNear(await computeLayer(float32([1, 3, 1, 1], [-4, 0, 1]), {}, (p, x) => gateOf(p, x, kind)), expected),
  );

  it.each(gates)("%s is a value of the block's name", (kind) =>
    expect(layerGraph(["N", 3, 1, 1], (p, x) => gateOf(p, x, kind)).nodes[0]!.outputs).toEqual(["at.gate"]),
  );
});
