import { expect, it } from "vitest";
import { sideBySide } from "./side-by-side.js";

/** Waits so many turns of the event loop, and stops where it is told to. */
async function turns(count: number, signal: AbortSignal) {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
}

it("gives every task once, in their order, to whoever is free", async () => {
  const log: string[] = [];
  await sideBySide(["a", "b"], [9, 1, 1, 1], undefined, async (worker, task, signal) => {
    log.push(`${worker}${task}`);
    await turns(task, signal);
  });
  expect(log).toEqual(["a9", "b1", "b1", "b1"]);
});

it("stops the others where one fails, waits for them, and throws what it threw", async () => {
  const ends: string[] = [];
  const work = sideBySide([1, 2, 3], ["long", "bad", "long", "never"], undefined, async (worker, task, signal) => {
    if (task === "bad") throw new Error("a bad one");
    await turns(1000, signal).finally(() => ends.push(`${task} ${worker}`));
  });
  await expect(work).rejects.toThrow("a bad one");
  expect(ends).toEqual(["long 1", "long 3"]);
});

it("stops all by the signal, with its reason, and begins nothing more", async () => {
  const controller = new AbortController();
  const begun: number[] = [];
  const work = sideBySide([1, 2], [0, 1, 2, 3], controller.signal, async (_, task, signal) => {
    begun.push(task);
    if (begun.length === 2) controller.abort(new Error("enough"));
    await turns(5, signal);
  });
  await expect(work).rejects.toThrow("enough");
  expect(begun).toEqual([0, 1]);
});
