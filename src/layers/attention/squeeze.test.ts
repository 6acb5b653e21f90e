import { expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer } from "../../testing/compute-layer.js";
import { squeeze } from "./squeeze.js";

it.each([
  ["avg", [3, 0]],
  ["max", [6, 1]],
] as const)("squeeze by %s gives one number per channel", async (kind, expected) => {
  const x = float32([1, 2, 2, 2], [1, 2, 3, 6, -1, 1, 0, 0]);
  expect(await computeLayer(x, {}, ({ g }, x) => squeeze(g, x, kind))).toEqual(float32([1, 2, 1, 1], [...expected]));
});
