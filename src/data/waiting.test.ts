import { describe, expect, it } from "vitest";
import { measureWait } from "./waiting.js";

/** A clock that stands still but where it is told to go on. */
class Clock {
  milliseconds = 0;
  readonly now = () => this.milliseconds;
}

async function* slow(log: string[], clock: Clock): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < 3; i++) {
      await Promise.resolve();
      clock.milliseconds += 20;
      yield i;
    }
  } finally {
    log.push("closed");
  }
}

describe("measureWait", () => {
  it("counts the time of the source and not that of its consumer", async () => {
    const log: string[] = [];
    const clock = new Clock();
    const waiting = measureWait(slow(log, clock), clock.now);
    const items: number[] = [];
    for await (const item of waiting.items) {
      items.push(item);
      clock.milliseconds += 200;
    }
    expect([items, log, waiting.seconds]).toEqual([[0, 1, 2], ["closed"], 0.06]);
  });

  it("closes the source when the consumer stops early", async () => {
    const log: string[] = [];
    for await (const item of measureWait(slow(log, new Clock())).items) if (item === 0) break;
    expect(log).toEqual(["closed"]);
  });
});
