import { Worker as Thread } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import { jsonBody, numbersFor, serveFiles, smallNet } from "../served.test.helper.js";

describe("a thread of the engine that dies under load", () => {
  it("is replaced, and takes none but its own requests along", async () => {
    const post = vi.spyOn(Thread.prototype, "postMessage");
    const served = await serveFiles({ small: smallNet() }, { workers: 2 });
    const threads = () =>
      new Set(
        post.mock.calls.flatMap(([call], i) =>
          call !== null && typeof call === "object" && "id" in call && "request" in call
            ? [post.mock.contexts[i]!]
            : [],
        ),
      );
    const asked = (seed: number) =>
      served.ask("/v2/models/small/infer", { method: "POST", body: jsonBody(numbersFor(1, seed)) });
    const dataOf = async (response: Response) =>
      ((await response.json()) as { outputs: { data: number[] }[] }).outputs[0]!.data;
    try {
      const alone: number[][] = [];
      for (let seed = 0; seed < 24; seed++) alone.push(await dataOf(await asked(seed)));
      let failed = 0;
      for (let round = 0; round < 3; round++) {
        const answers = Array.from({ length: 24 }, (_, seed) => asked(seed));
        // What is no call ends the thread, as a fault of its own would.
        ([...threads()].at(-1) as Thread).postMessage(null);
        for (const [seed, response] of (await Promise.all(answers)).entries()) {
          if (response.status === 200)
            expect(await dataOf(response)).toEqual(alone[seed]!.map((value) => expect.closeTo(value, 5)));
          else expect([response.status, failed++]).toEqual([500, expect.any(Number)]);
        }
      }
      const measures = await (await served.ask("/metrics")).text();
      expect(measures).toMatch(/^senet_worker_deaths_total [1-3]$/m);
      expect(failed).toBeLessThan(72 - 24);
      expect(await dataOf(await asked(3))).toEqual(alone[3]!.map((value) => expect.closeTo(value, 5)));
    } finally {
      post.mockRestore();
      await served.close();
    }
  });
});
