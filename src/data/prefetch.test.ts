import { describe, expect, it } from "vitest";
import { prefetch } from "./prefetch.js";

/** Lets the timers go round that often: one that was set before fires before. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Counts from 0 to `n` − 1 and writes down what happens to it. */
function* counter(n: number, log: string[]): Generator<number> {
  try {
    for (let i = 0; i < n; i++) {
      log.push(`built ${i}`);
      yield i;
    }
  } finally {
    log.push("closed");
  }
}

describe("prefetch", () => {
  it("hands out every item in order", async () => {
    for (const depth of [0, 1, 3]) {
      const items: number[] = [];
      for await (const item of prefetch(counter(5, []), depth)) {
        if (item % 2 === 0) await turns(5);
        items.push(item);
      }
      expect(items).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it("builds nothing before it is asked, hands out the first item at once, and prepares depth items while awaited", async () => {
    const log: string[] = [];
    const source = prefetch(counter(9, log), 2);
    expect(log).toEqual([]);
    expect((await source.next()).value).toBe(0);
    expect(log).toEqual(["built 0"]); // the consumer starts its work before the next item is built
    await turns(9);
    expect(log).toEqual(["built 0", "built 1", "built 2"]);
    expect((await source.next()).value).toBe(1);
    expect(log).toHaveLength(3);
    await turns(9);
    expect(log.at(-1)).toBe("built 3");
    await source.return();
  });

  it("closes the source and builds no more when the consumer stops early", async () => {
    const log: string[] = [];
    for await (const item of prefetch(counter(9, log), 2)) if (item === 0) break;
    await turns(9);
    expect(log).toEqual(["built 0", "closed"]);
  });

  it("passes an error of the source on, after the items before it", async () => {
    function* failing(): Generator<number> {
      yield 1;
      yield 2;
      throw new Error("disk on fire");
    }
    const items: number[] = [];
    const consume = async () => {
      for await (const item of prefetch(failing(), 4)) {
        items.push(item);
        await turns(9);
      }
    };
    await expect(consume()).rejects.toThrow("disk on fire");
    expect(items).toEqual([1, 2]);
  });
});
