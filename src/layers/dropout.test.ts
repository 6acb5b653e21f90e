import { expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { computeLayer, layerGraph } from "../testing/compute-layer.js";
import { dropout } from "./dropout.js";

it("leaves no trace at a rate of 0", () => {
  expect(layerGraph(["N", 4], (p, x) => dropout(p, x, 0)).nodes.map(({ op }) => op)).toEqual(["Identity"]); // the output's
});

it("is a node that gives its input where nothing is trained", async () => {
  const x = float32([1, 4], [1, 2, 3, 4]);
  expect(layerGraph(["N", 4], (p, x) => dropout(p, x, 0.5)).nodes.map(({ name }) => name)).toEqual(["at.out", "y"]);
  expect(await computeLayer(x, {}, (p, x) => dropout(p, x, 0.5))).toEqual(x);
});
