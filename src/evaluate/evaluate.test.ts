import { afterAll, describe, expect, it } from "vitest";
import { memorySplit } from "../data/memory-split.js";
import { GraphBuilder } from "../graph/builder.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { evaluate } from "./evaluate.js";
import { Tally } from "./tally.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

/** The three pixels of an image are its logits, under names of the model's own. */
const g = new GraphBuilder("pixels");
g.output(g.call("Flatten", [g.input("images", "float32", ["N", 3, 1, 1])]), "scores");
const graph = g.build();

// With mean 0 and std 1/255 the bytes go in as they are.
const like = { channels: 3, height: 1, width: 1, mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
const pixels = [
  [3, 1, 2],
  [0, 5, 5], // a tie goes to the first
  [1, 1, 2],
  [0, 0, 200],
  [9, 9, 8],
];
const split = memorySplit(
  { images: Uint8Array.from(pixels.flat()), labels: Uint8Array.of(0, 2, 2, 0, 1), length: 5 },
  like,
);
const dataset = { ...like, test: split };
const model = { runtime, graph, weights: new Map() };

describe("evaluate", () => {
  it.each([1, 2, 5, 256])("gives loss, accuracy and predictions by hand, in batches of %i", async (batch) => {
    const { loss, top1, predictions } = await evaluate({ ...model, dataset, batch });
    expect([...predictions]).toEqual([0, 1, 2, 2, 0]);
    expect(top1).toBe(40); // the first and the third
    const losses = pixels.map((logits, n) => {
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      return Math.log(sum) - logits[split.labels[n]!]!;
    });
    expect(loss).toBeCloseTo(losses.reduce((total, value) => total + value, 0) / 5, 4);
  });

  it("normalises with the mean and std it is given", async () => {
    const zeros = { ...split, labels: Uint8Array.of(0, 0, 0, 0, 0) };
    const turned = { ...like, std: [1, 1, 1], mean: [0, 1, 0], test: zeros }; // the middle one comes last
    const { predictions } = await evaluate({ ...model, dataset: turned });
    expect([...predictions]).toEqual([0, 2, 2, 2, 0]);
  });

  it("averages the logits of an image and its mirror image", async () => {
    const columns = { channels: 1, height: 1, width: 3, mean: [0], std: [1 / 255] };
    const g = new GraphBuilder("columns");
    g.output(g.call("Flatten", [g.input("images", "float32", ["N", 1, 1, 3])]), "scores");
    const set = { images: Uint8Array.of(0, 4, 6, 7, 3, 1), labels: Uint8Array.of(1, 0), length: 2 };
    const wide = { ...model, graph: g.build(), dataset: { ...columns, test: memorySplit(set, columns) } };
    const { predictions, loss } = await evaluate({ ...wide, batch: 2, views: "flip" });
    expect([...predictions]).toEqual([1, 0]); // 3 4 3 and 4 3 4
    const losses = [Math.log(2 * Math.exp(3) + Math.exp(4)) - 4, Math.log(2 * Math.exp(4) + Math.exp(3)) - 4];
    expect(loss).toBeCloseTo((losses[0]! + losses[1]!) / 2, 5);
    await expect(evaluate({ ...wide, views: "ten-crop" })).rejects.toThrow(
      "views: got ten-crop of images of 1x3, which the network sees as a whole; expected flip",
    );
  });

  it("does not count an image for which another stood in", async () => {
    const standIn = memorySplit(
      { images: split.images.with(3, 3).with(4, 1).with(5, 2), labels: split.labels.with(1, 0), length: 5 },
      like,
    );
    const batches = async function* (options: Parameters<typeof split.batches>[0]) {
      for await (const batch of standIn.batches(options)) {
        yield { ...batch, indices: batch.indices.map((index) => (index === 1 ? 2 : index)) };
      }
    };
    const { loss, top1, predictions } = await evaluate({ ...model, dataset, split: { ...split, batches }, batch: 2 });
    expect([...predictions]).toEqual([0, -1, 2, 2, 0]);
    expect(top1).toBe(50);
    const whole = await evaluate({ ...model, dataset });
    const second = Math.log(1 + 2 * Math.exp(5)) - 5; // of the image 0 5 5 with label 2
    expect(loss).toBeCloseTo((5 * whole.loss - second) / 4, 4);
  });

  it("tells how many images are done, before the first and after every batch", async () => {
    const seen: number[] = [];
    await evaluate({ ...model, dataset, batch: 2, onProgress: (images) => seen.push(images) });
    expect(seen).toEqual([0, 2, 4, 5]);
  });

  it("stops between batches when told to, with the signal's reason", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = evaluate({
      ...model,
      dataset,
      batch: 2,
      signal: controller.signal,
      onProgress: (images) => {
        seen.push(images);
        if (images > 0) controller.abort(new Error("enough"));
      },
    });
    await expect(run).rejects.toThrow("enough");
    expect(seen).toEqual([0, 2]);
  });

  it("leaves what was measured before it was stopped in the tally", async () => {
    const controller = new AbortController();
    const tally = new Tally(3);
    const onProgress = (images: number) => images > 0 && controller.abort();
    const options = { ...model, dataset, batch: 2, tally, signal: controller.signal, onProgress };
    await expect(evaluate(options)).rejects.toThrow();
    expect(tally.read()).toMatchObject({ images: 2, top1: 50 });
  });
});
