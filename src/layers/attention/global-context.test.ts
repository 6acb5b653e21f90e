import { describe, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { computeLayer, expectNear } from "../../testing/compute-layer.js";
import { globalContext } from "./global-context.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const identity = float32([3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
const zeros = float32([3], [0, 0, 0]);

/** Equal attention to all pixels; a hidden unit for each of three channels. */
const parametersOf = (mlp: string) => ({
  "conv_attn.weight": float32([1, 3, 1, 1], [0, 0, 0]),
  "conv_attn.bias": float32([1], [0]),
  [`${mlp}.fc1.weight`]: identity,
  [`${mlp}.fc1.bias`]: zeros,
  [`${mlp}.norm.weight`]: float32([3], [1, 1, 1]),
  [`${mlp}.norm.bias`]: zeros,
  [`${mlp}.fc2.weight`]: identity,
  [`${mlp}.fc2.bias`]: zeros,
});

/** Channels whose means are 1, 2 and 3: normalised −√1.5, 0 and √1.5. */
const values = [0, 2, 2, 2, 3, 3];
const high = Math.sqrt(1.5);

describe("globalContext", () => {
  it.each([
    ["add", [0, 2, 2, 2, 3 + high, 3 + high]],
    ["scale", [0, 1, 1, 1, 3 * sigmoid(high), 3 * sigmoid(high)]],
  ] as const)("by hand, fused by %s", async (fuse, expected) => {
    const y = await computeLayer(float32([1, 3, 1, 2], values), parametersOf(`mlp_${fuse}`), (p, x) =>
      globalContext(p, x, { reduction: 1, fuse }),
    );
    expectNear(y, expected);
  });

  it("by hand: looks at the second pixel, where its logits are 100 higher", async () => {
    const parameters = { ...parametersOf("mlp_add"), "conv_attn.weight": float32([1, 3, 1, 1], [50, 0, 0]) };
    const y = await computeLayer(float32([1, 3, 1, 2], [0, 2, 7, 3, 7, 4]), parameters, (p, x) =>
      globalContext(p, x, { reduction: 1 }),
    );
    expectNear(y, [0, 2, 7, 3, 7 + high, 4 + high]);
  });
});
