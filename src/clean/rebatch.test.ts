import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { rebatch } from "./rebatch.js";

/** Channels shuffled by Reshape, as ShuffleNet does, and rows of logits by Reshape: exported for one batch size. */
function fixedNet(batch: number | "N", row: (b: number) => number[] = (b) => [b, -1]): Graph {
  const g = new GraphBuilder("fixed");
  const x = g.input("x", "float32", [batch, 4, 3, 3]);
  const b = batch === "N" ? 0 : batch;
  const split = g.call("Reshape", [x, g.ints([b, 2, 2, 3, 3])]);
  const mixed = g.call("Reshape", [g.call("Transpose", [split], { perm: [0, 2, 1, 3, 4] }), g.ints([b, 4, 3, 3])]);
  const more = g.call("Add", [mixed, g.constant(float32([1, 4, 1, 1], [1, 2, 3, 4]))]);
  g.output(g.call("Reshape", [more, g.ints(row(b))]), "logits");
  return g.build();
}

describe("rebatch", () => {
  it.each([1, 5])("lets a graph exported for batches of %i take any, to the same numbers", async (batch) => {
    const graph = rebatch(fixedNet(batch));
    expect([graph.inputs[0]!.shape, graph.outputs[0]!.shape]).toEqual([
      ["N", 4, 3, 3],
      ["N", 36],
    ]);
    const x = randomTensor([3, 4, 3, 3], 1);
    expect(await runGraph(graph, { x })).toEqual(await runGraph(fixedNet("N"), { x }));
  });

  it("gives a graph with a symbolic batch back as it is", () => {
    const graph = fixedNet("N");
    expect(rebatch(graph)).toBe(graph);
  });

  it.each<[string, (b: number) => number[]]>([
    ["moves it to another axis", () => [36, 1]],
    ["loses it", () => [36]],
  ])("refuses a graph that %s and says how to export it", (_, row) => {
    const make = () => rebatch(fixedNet(1, row));
    expect(make).toThrow(UserError);
    expect(make).toThrow(
      /^fixed: got a model fixed to batches of 1 that cannot be made to take others \(.+\); export it/,
    );
  });
});
