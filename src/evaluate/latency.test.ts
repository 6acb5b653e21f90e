import { describe, expect, it } from "vitest";
import type { Model } from "../graph/graph.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { latencies } from "./latency.js";

/** A model that takes images of `size` pixels. */
function model(size: number): Model {
  return { graph: buildGraph([floats("N", 1, size, size)], (g, x) => g.call("Relu", [x])), weights: new Map() };
}

/** An engine whose n-th session takes the n-th list of times, one after the other; it notes what it is asked. */
function engine(times: number[][], events: string[]): Pick<Runtime, "open"> {
  let opened = 0;
  const session = (i: number) => ({
    time: async (feeds: Readonly<Record<string, { shape: readonly number[] }>>, repeats: number) => {
      events.push(`${i} [${feeds.x0!.shape}] ×${repeats}`);
      return [times[i]!.shift()!];
    },
    release: async () => {
      events.push(`release ${i}`);
    },
  });
  return { open: async () => session(opened++) as unknown as Session };
}

describe("latencies", () => {
  it("measures in turn, leaves out the warm-up and gives the median per image", async () => {
    const events: string[] = [];
    // One round of warm-up, then three; the slowest does not count.
    const times = [
      [500, 8, 90, 4],
      [700, 20, 24, 16],
    ];
    const runtime = engine(times, events) as Runtime;
    expect(await latencies(runtime, [model(4), model(6)], { batch: 4, rounds: 3, warmup: 1 })).toEqual([2, 5]);
    const round = ["0 [4,1,4,4] ×1", "1 [4,1,6,6] ×1"];
    expect(events).toEqual([...round, ...round, ...round, ...round, "release 0", "release 1"]);
  });

  it("tells of every run, and stops between two with the signal's reason and its sessions released", async () => {
    const events: string[] = [];
    const controller = new AbortController();
    const runs: number[] = [];
    const onRun = (model: number) => {
      if (runs.push(model) === 3) controller.abort(new Error("enough"));
    };
    const times = [Array(9).fill(1), Array(9).fill(1)] as number[][];
    const measuring = latencies(engine(times, events) as Runtime, [model(4), model(6)], {
      ...{ batch: 1, warmup: 1, onRun, signal: controller.signal },
    });
    await expect(measuring).rejects.toThrow("enough");
    expect(runs).toEqual([0, 1, 0]);
    expect(events.slice(-2)).toEqual(["release 0", "release 1"]);
  });

  it("releases the sessions when one fails", async () => {
    const events: string[] = [];
    const failing = engine([[]], events);
    const runtime: Pick<Runtime, "open"> = {
      open: async (onnx) => ({ ...(await failing.open(onnx)), time: () => Promise.reject(new Error("out of memory")) }),
    };
    await expect(latencies(runtime as Runtime, [model(4)], { batch: 1 })).rejects.toThrow("out of memory");
    expect(events).toEqual(["release 0"]);
  });
});
