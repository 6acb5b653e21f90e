import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { float32 } from "../../graph/tensor.js";
import { runGraph } from "../../testing/run-graph.js";
import { Scope } from "../scope.js";
import { circularChannelAttention, ecaKernel, efficientChannelAttention } from "./efficient-channel-attention.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("efficientChannelAttention", () => {
  // As in timm; the authors' table: 3 up to 64 channels, 5 up to 1024, 7 at 2048.
  it.each([
    [1, 3],
    [16, 3],
    [64, 3],
    [128, 5],
    [512, 5],
    [1024, 5],
    [2048, 7],
  ])("%i channels: a kernel of %i", (channels, kernel) => expect(ecaKernel(channels)).toBe(kernel));

  it.each([
    [
      "sees zeros beyond the first and last channel",
      efficientChannelAttention,
      [2 + 3 * 2, 1 + 2 * 2 + 3 * 3, 2 + 2 * 3],
    ],
    [
      "closes the ring, the last channel before the first",
      circularChannelAttention,
      [3 + 2 + 3 * 2, 1 + 2 * 2 + 3 * 3, 2 + 2 * 3 + 3],
    ],
  ] as const)("by hand: %s", async (_, block, logits) => {
    const g = new GraphBuilder("test");
    g.output(block(new Scope(g, "se"), g.input("x", "float32", ["N", 3, 1, 1])), "y");
    const z = [1, 2, 3];
    const { y } = await runGraph(g.build(), {
      x: float32([1, 3, 1, 1], z),
      "se.conv.weight": float32([1, 1, 3], [1, 2, 3]),
    });
    for (const [i, logit] of logits.entries()) expect(y!.data[i]).toBeCloseTo(z[i]! * sigmoid(logit), 5);
  });
});
