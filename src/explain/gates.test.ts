import { afterAll, describe, expect, it } from "vitest";
import { defineDataset } from "../data/dataset.js";
import { memorySplit } from "../data/memory-split.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32 } from "../graph/tensor.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { gateStatistics } from "./gates.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

/** Three channels; the gate of channel c is the sigmoid of its mean over the image. */
function meanGate(): Graph {
  const g = new GraphBuilder("mean-gate");
  const x = g.input("x", "float32", ["N", 3, 1, 2]);
  const gate = g.call("Sigmoid", [g.call("GlobalAveragePool", [x])], {}, "block.gate");
  g.output(g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Mul", [x, gate])])]), "logits");
  return g.build();
}

describe("gateStatistics", () => {
  // Normalised with mean 0 and std 1/255, bytes are the network's inputs as they are.
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const images = [
    [0, 0, 2, 4, 1, 1], // channel means 0, 3 and 1
    [1, 3, 1, 1, 1, 1], // 2, 1 and 1
    [4, 4, 0, 0, 1, 1], // 4, 0 and 1
  ];
  const split = { images: Uint8Array.from(images.flat()), labels: Uint8Array.of(0, 1, 0), length: 3 };
  const dataset = {
    ...defineDataset({
      name: "by hand",
      classes: ["a", "b", "absent"],
      channels: 3,
      height: 1,
      width: 2,
      train: split,
      test: split,
      augment: { flip: false, pad: 0 },
    }),
    mean: [0, 0, 0],
    std: [1 / 255, 1 / 255, 1 / 255],
  };

  it.each([1, 2, 256])("gives mean, deviation and class means by hand, in batches of %i", async (batch) => {
    const model = { graph: meanGate(), weights: new Map() };
    const [statistics, ...others] = await gateStatistics({ runtime, ...model, split: dataset.test, dataset, batch });
    expect(others).toEqual([]);
    const channels = [
      [0, 2, 4],
      [3, 1, 0],
      [1, 1, 1],
    ].map((means) => means.map(sigmoid));
    const mean = channels.map((gates) => gates.reduce((sum, gate) => sum + gate, 0) / 3);
    const std = channels.map((gates, c) => Math.sqrt(gates.reduce((sum, gate) => sum + (gate - mean[c]!) ** 2, 0) / 3));
    const perClass = [
      channels.map((gates) => (gates[0]! + gates[2]!) / 2),
      channels.map((gates) => gates[1]!),
      mean, // no image: the mean over all stands in
    ];
    expect(statistics!.site).toBe("block");
    expect(statistics!.channels).toBe(3);
    const close = (actual: number[], expected: number[]) =>
      expect(actual).toEqual(expected.map((value) => expect.closeTo(value, 5)));
    close(statistics!.mean, mean);
    close(statistics!.std, std);
    expect(statistics!.perClass).toHaveLength(3);
    for (const [k, row] of perClass.entries()) close(statistics!.perClass[k]!, row);
  });

  it("of a gate that never moves has deviation 0, not the root of a rounding below it", async () => {
    const still = memorySplit({ ...split, images: new Uint8Array(18).fill(1) }, dataset);
    const [statistics] = await gateStatistics({
      runtime,
      graph: meanGate(),
      weights: new Map(),
      split: still,
      dataset,
    });
    for (const c of [0, 1, 2]) {
      expect(statistics!.mean[c]).toBeCloseTo(sigmoid(1), 6);
      expect(statistics!.std[c]).toBeLessThan(1e-7);
    }
  });

  it("tells how many images are done, and stops between two batches with the signal's reason", async () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = (images: number) => {
      seen.push(images);
      if (images === 2) controller.abort(new Error("enough"));
    };
    const { signal } = controller;
    const model = { graph: meanGate(), weights: new Map() };
    const measuring = gateStatistics({ runtime, ...model, dataset, batch: 1, signal, onProgress });
    await expect(measuring).rejects.toThrow("enough");
    expect(seen).toEqual([0, 1, 2]);
  });

  it("of a network without gates is empty", async () => {
    const graph = buildGraph([floats("N", 3, 1, 2)], (g, x) => g.call("Relu", [x]));
    expect(await gateStatistics({ runtime, graph, weights: new Map(), split: dataset.test, dataset })).toEqual([]);
  });

  it("leaves a model's own output alone: the same logits come out of the file as before", async () => {
    const { graph } = { graph: meanGate() };
    const session = await runtime.open(writeOnnx(graph, new Map()));
    const { logits } = await session.run({ x: float32([1, 3, 1, 2], images[1]!) });
    await session.release();
    expect(Array.from(logits!.data, Number)).toEqual(
      [2 * sigmoid(2), sigmoid(1), sigmoid(1)].map((v) => expect.closeTo(v, 5)),
    );
  });
});
