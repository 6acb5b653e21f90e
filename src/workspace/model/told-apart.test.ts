import { afterAll, describe, expect, it } from "vitest";
import { defineDataset } from "../../data/dataset.js";
import { initialise } from "../../graph/initialise.js";
import { createModel } from "../../models/index.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { nearestMean, toldApart } from "./told-apart.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

describe("nearestMean", () => {
  it("is the share of vectors nearest to the mean of the others of their class", () => {
    const apart = [
      [1, 0],
      [2, 0.1],
      [1, -0.1],
      [-1, 0],
      [-2, 0.1],
      [-1, -0.1],
    ].map((v) => Float32Array.from(v));
    expect(nearestMean(apart, [0, 0, 0, 1, 1, 1], 2)).toBe(1);
    expect(nearestMean(apart, [0, 1, 0, 1, 0, 1], 2)).toBeLessThan(1);
  });

  it("counts an image that is alone in its class as told wrongly, and no images as none", () => {
    expect(nearestMean([Float32Array.of(1, 0), Float32Array.of(0, 1)], [0, 1], 2)).toBe(0);
    expect(nearestMean([], [], 2)).toBe(0);
  });
});

describe("toldApart", () => {
  it("asks the network up to its last layer about training images", async () => {
    const [length, size] = [24, 3 * 16 * 16];
    // Two colours: any network tells them apart.
    const images = Uint8Array.from({ length: length * size }, (_, i) => {
      const [n, channel] = [Math.floor(i / size), Math.floor((i % size) / 256)];
      return channel === n % 2 ? 200 + n : 20 + (i % 7);
    });
    const set = { images, labels: Uint8Array.from({ length }, (_, n) => n % 2), length };
    const parts = { name: "colours", classes: ["red", "green"], channels: 3, height: 16, width: 16 };
    const dataset = defineDataset({ ...parts, train: set, test: set, augment: { flip: false, pad: 0 } });
    const graph = createModel("seresnet20", { classes: 2, input: [3, 16, 16] });
    const model = { graph, weights: initialise(graph, 1) };
    expect(await toldApart(runtime, model, dataset)).toBe(1);
    const mixed = { ...set, labels: Uint8Array.from({ length }, (_, n) => (n >> 1) % 2) };
    const confused = defineDataset({ ...parts, train: mixed, test: mixed, augment: { flip: false, pad: 0 } });
    expect(await toldApart(runtime, model, confused)).toBeLessThan(0.8);
  });
});
