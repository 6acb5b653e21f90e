import { describe, expect, it } from "vitest";
import { measureWait } from "./waiting.js";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function* slow(log: string[]): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < 3; i++) {
      await pause(20);
      yield i;
    }
  } finally {
    log.push("closed");
  }
}

describe("measureWait", () => {
  it("counts the time of the source and not that of its consumer", async () => {
    const log: string[] = [];
    const waiting = measureWait(slow(log));
    const items: number[] = [];
    for await (const item of waiting.items) {
      items.push(item);
      await pause(200);
    }
    expect([items, log]).toEqual([[0, 1, 2], ["closed"]]);
    expect(waiting.seconds).toBeGreaterThan(0.05);
    expect(waiting.seconds).toBeLessThan(0.4);
  });

  it("closes the source when the consumer stops early", async () => {
    const log: string[] = [];
    for await (const item of measureWait(slow(log)).items) if (item === 0) break;
    expect(log).toEqual(["closed"]);
  });
});
