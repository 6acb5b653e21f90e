import { expect, it } from "vitest";
import { Clock } from "./clock.js";

/** A clock for 100 images to train on and 40 to test on, and the hand that moves it. */
function clockOf(before?: { trained: number; tested: number }) {
  let seconds = 0;
  const clock = new Clock({ trained: 100, tested: 40 }, before, () => 1000 * seconds);
  const did = (kind: "trained" | "tested", images: number, took: number) => {
    seconds += took;
    clock.did(kind, images);
  };
  return { clock, did };
}

it("counts the tests that are left, by a guess until one was timed", () => {
  const { clock, did } = clockOf();
  expect(clock.left).toBe("-:--");
  did("trained", 10, 60); // compiled meanwhile: not timed
  expect(clock.left).toBe("-:--");
  did("trained", 10, 30);
  expect(clock.left).toBe("4:40"); // 80 images at 3 s and 40 at 1 s
  did("trained", 30, 90);
  did("tested", 0, 10); // the model is opened
  did("tested", 20, 30);
  expect(clock.left).toBe("3:10"); // 50 at 3 s, 20 at 2 s
  expect(clock.share).toBeCloseTo((3 * 50 + 20) / (3 * 100 + 40));
});

it("does not time what follows a pause, nor what is passed over", () => {
  const { clock, did } = clockOf();
  did("trained", 10, 0);
  did("trained", 10, 30);
  clock.pause();
  did("trained", 10, 1000);
  clock.reach({ trained: 60, tested: 20 });
  expect(clock.left).toBe("2:20"); // 40 at 3 s, 20 at 1 s
});

it("counts what was done before and not how long it took", () => {
  const { clock, did } = clockOf({ trained: 100, tested: 20 });
  did("tested", 0, 100);
  did("tested", 10, 50);
  expect(clock.left).toBe("0:50");
});
