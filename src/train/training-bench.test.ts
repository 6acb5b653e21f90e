import { afterAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { stripesNet } from "./stripes.test.helper.js";
import { openTrainingBench } from "./training-bench.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

describe("openTrainingBench", () => {
  it("times as many steps as asked, and again, on one batch", async () => {
    const bench = await openTrainingBench(runtime, stripesNet(), 16);
    for (const steps of [1, 3]) {
      const times = await bench.time(steps);
      expect(times).toHaveLength(steps);
      expect(times.every((milliseconds) => milliseconds > 0)).toBe(true);
    }
    await bench.close();
    await expect(bench.time(1)).rejects.toThrow("onnxruntime: got a session that was released; expected an open one");
  });
});
