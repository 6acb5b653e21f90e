import { describe, expect, it } from "vitest";
import { classifier } from "../layers/classifier.js";
import { conv } from "../layers/conv.js";
import { insertAttention } from "./insert-attention.js";
import { bottleneck, graphOf, type Write } from "./networks.test.helper.js";
import { outline } from "./outline.js";

/** Labels, kinds and inputs of the rows. */
function rowsOf(write: Write) {
  const graph = graphOf(write, ["N", 16, 8, 8]);
  return outline(insertAttention(graph), graph).map(({ label, kind, inputs }) => [label, kind, inputs]);
}

describe("outline", () => {
  it("draws layers with what follows them, sums with the branches they join, and a block as one row", () => {
    const write: Write = (p, x) => {
      const y = bottleneck(p.at("unit"), conv(p.at("stem"), x, { channels: 4, kernel: 3, stride: 2 }));
      return classifier(p.at("fc"), p.g.call("MaxPool", [y], { kernel_shape: [2, 2], strides: [2, 2] }), {
        classes: 3,
      });
    };
    expect(rowsOf(write)).toEqual([
      ["input", "input", []],
      ["3×3 conv, 4 / 2", "layer", [0]],
      ["1×1 conv, 4 · BN · ReLU", "layer", [1]],
      ["3×3 conv, 4 · BN · ReLU", "layer", [2]],
      ["1×1 conv, 4 · BN", "layer", [3]],
      ["block", "block", [4]],
      ["sum · ReLU", "join", [5, 1]],
      ["max pool 2×2 / 2", "layer", [6]],
      ["global average pool · Flatten", "layer", [7]],
      ["dense", "layer", [8]],
    ]);
  });

  it("draws every activation with its layer", () => {
    const write: Write = (p, x) => {
      const y = conv(p.at("conv"), x, { channels: 8, kernel: 3, group: 8 });
      return conv(p.at("last"), p.g.call("Softsign", [y]), { channels: 4, kernel: 1 });
    };
    expect(rowsOf(write)).toEqual([
      ["input", "input", []],
      ["3×3 conv, 8 groups, 8 · Softsign", "layer", [0]],
      ["block", "block", [1]],
      ["1×1 conv, 4", "layer", [2]],
    ]);
  });
});
