import { describe, expect, it } from "vitest";
import type { Place } from "../graph/graph.js";
import { createModel } from "../models/index.js";
import { stepProfile } from "./step-profile.js";
import { benchStep } from "./training-bench.js";

describe("stepProfile", () => {
  const places = new Map<string, Place>([
    ["a", { phase: "forward", layer: "conv1" }],
    ["b", { phase: "backward", layer: "conv1" }],
    ["c", { phase: "forward", layer: "fc" }],
    ["d", { phase: "update", layer: "conv1" }],
  ]);
  const timed = (node: string, op: string, milliseconds: number) => ({ node, op, milliseconds, bytes: 1000 });

  it("adds up by operator, the slowest first, and by layer, in order", () => {
    const nodes = [
      timed("c", "Gemm", 4),
      timed("a", "Conv", 1),
      timed("b", "Conv", 2),
      timed("d", "Sub", 0.5),
      timed("x", "Sub", 1),
    ];
    const { operators, layers } = stepProfile(nodes, places);
    expect(operators.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([
      ["Gemm", 4],
      ["Conv", 3],
      ["Sub", 1.5],
    ]);
    expect(layers).toEqual([
      { name: "conv1", nodes: 3, forward: 1, backward: 2, update: 0.5, milliseconds: 3.5, bytes: 3000 },
      { name: "fc", nodes: 1, forward: 4, backward: 0, update: 0, milliseconds: 4, bytes: 1000 },
      { name: "(step)", nodes: 1, forward: 0, backward: 0, update: 1, milliseconds: 1, bytes: 1000 },
    ]);
  });

  it.each([undefined, 16])(
    "finds a place for nearly every node of a step, and every layer in all three phases (%s)",
    (channelBlock) => {
      const { graph } = benchStep(createModel("seresnet20"), 2, { channelBlock }).plan;
      const known = graph.nodes.filter(({ name }) => graph.places?.has(name));
      expect(known.length).toBeGreaterThan(0.97 * graph.nodes.length);
      for (const phase of ["forward", "backward", "update"] as const) {
        const layers = new Set(
          [...graph.places!.values()].filter((place) => place.phase === phase).map(({ layer }) => layer),
        );
        for (const layer of ["conv1", "bn1", "layer1.0.conv1", "layer3.2.se.fc2", "fc"]) {
          expect(layers).toContain(layer);
        }
      }
    },
  );
});
