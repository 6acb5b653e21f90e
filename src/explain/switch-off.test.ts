import { afterAll, describe, expect, it } from "vitest";
import { defineDataset } from "../data/dataset.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { switchOff } from "./switch-off.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

/** Three classes, each bright in one channel; images of 2×2 in three channels, in the order of their classes. */
function images(count: number) {
  const labels = Uint8Array.from({ length: count }, (_, n) => Math.floor((3 * n) / count));
  const pixels = Uint8Array.from({ length: count * 12 }, (_, i) => {
    const [n, c] = [Math.floor(i / 12), Math.floor((i % 12) / 4)];
    return c === labels[n] ? 200 : 100 + ((n * 7) % 5);
  });
  return { images: pixels, labels, length: count };
}

const dataset = {
  ...defineDataset({
    ...{ name: "by hand", classes: ["a", "b", "c"], channels: 3, height: 2, width: 2 },
    ...{ train: images(30), test: images(30), augment: { flip: false, pad: 0 } },
  }),
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/** The map of ones weighed by a gate that looks at the image, and then by a constant one: all the answer is the first's. */
function twoGates(): Graph {
  const g = new GraphBuilder("two-gates");
  const x = g.input("x", "float32", ["N", 3, 2, 2]);
  const level = g.call("Add", [g.call("Mul", [x, g.scalar(0)]), g.scalar(1)]);
  const pooled = g.call("GlobalAveragePool", [x]);
  const looking = g.call(
    "Sigmoid",
    [g.call("Mul", [g.call("Sub", [pooled, g.scalar(0.6)]), g.scalar(20)])],
    {},
    "one.gate",
  );
  const first = g.call("Mul", [level, looking]);
  const still = g.call("Sigmoid", [g.call("Mul", [g.call("GlobalAveragePool", [first]), g.scalar(0)])], {}, "two.gate");
  const second = g.call("Mul", [first, still]);
  g.output(g.call("Mul", [g.call("Flatten", [g.call("GlobalAveragePool", [second])]), g.scalar(10)]), "logits");
  return g.build();
}

const model = { runtime, graph: twoGates(), weights: new Map() };

describe("switchOff", () => {
  it("tells gates that look at the image from a constant", async () => {
    const { rows, accuracy, images: seen } = await switchOff({ ...model, dataset });
    expect({ accuracy, seen }).toEqual({ accuracy: 1, seen: 30 });
    const row = (site: string | undefined, mode: string) => rows.find((one) => one.site === site && one.mode === mode)!;
    for (const mode of ["mean", "one", "shuffled"]) {
      expect(row("one", mode).loss.interval[0]).toBeGreaterThan(0.1);
      expect(row("one", mode).accuracy.interval[1]).toBeLessThan(0);
    }
    for (const mode of ["mean", "shuffled"]) {
      expect(row("two", mode).loss.mean).toBeCloseTo(0, 6);
      expect(row("two", mode).accuracy).toEqual({ mean: 0, interval: [0, 0] });
    }
    expect(row("two", "one").loss.mean).not.toBeCloseTo(0, 3); // twice the logits
    expect(row(undefined, "mean").loss.mean).toBeCloseTo(row("one", "mean").loss.mean, 6);
  });

  it.each([1, 7])("gives the same for batches of %i images, and on fewer images those spread evenly", async (batch) => {
    const [by, all] = [await switchOff({ ...model, dataset, batch }), await switchOff({ ...model, dataset })];
    for (const [i, row] of by.rows.entries()) expect(row.loss.mean).toBeCloseTo(all.rows[i]!.loss.mean, 6);
    const few = await switchOff({ ...model, dataset, batch, most: 9 });
    expect(few.means.get("one")![0]).toBeCloseTo(all.means.get("one")![0]!, 2);
  });

  it("stops with the signal's reason, and tells what share is done", async () => {
    const controller = new AbortController();
    const shares: number[] = [];
    const onShare = (share: number) => {
      shares.push(share);
      if (share > 0.5) controller.abort(new Error("enough"));
    };
    await expect(switchOff({ ...model, dataset, onShare, signal: controller.signal })).rejects.toThrow("enough");
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBeLessThan(0.7);
  });

  it("refuses a network without gates, and a single image", async () => {
    const g = new GraphBuilder("plain");
    g.output(g.call("Flatten", [g.call("GlobalAveragePool", [g.input("x", "float32", ["N", 3, 2, 2])])]), "logits");
    await expect(switchOff({ ...model, graph: g.build(), dataset })).rejects.toThrow(/^plain: has no gates; expected/);
    await expect(switchOff({ ...model, dataset, most: 1 })).rejects.toThrow(/^got 1 images; expected at least two/);
  });
});
