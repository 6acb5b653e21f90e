import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Schedule } from "./schedule.js";
import { cosine, multistep, type ScheduleOptions, scheduleOf, step } from "./schedules.js";

const options: ScheduleOptions = { epochs: 8, lr: 0.4, schedule: "constant", warmup: 0 };

function rates(schedule: Schedule, epochs: readonly number[]): number[] {
  return epochs.map((epoch) => schedule.at(epoch, schedule.start).lr);
}

describe("cosine", () => {
  it.each([
    [0, 1],
    [2.5, (1 + Math.SQRT1_2) / 2],
    [5, 0.5],
    [10, 0],
    [11, 0], // stays down
  ])("of 10 epochs is after %f: %f", (epoch, lr) => expect(cosine(10, 1)(epoch)).toBeCloseTo(lr, 12));

  it("ends at the smallest learning rate", () => expect(cosine(10, 1, 0.2)(10)).toBeCloseTo(0.2, 12));
});

describe("multistep", () => {
  it("drops when a milestone is reached", () => {
    expect([0, 1.99, 2, 2.5, 3, 9].map(multistep([2, 3], 1, 0.5))).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(multistep([1], 1)(1)).toBe(0.1);
    expect(multistep([], 1)(5)).toBe(1);
  });
});

describe("step", () => {
  it("drops after every so many epochs", () => {
    expect([0, 2.3, 2.4, 4.7, 4.8].map(step(2.4, 1, 0.5))).toEqual([1, 1, 0.5, 0.5, 0.25]);
    for (const every of [0.1, 0.2, 0.3, 0.7]) {
      const rate = step(every, 1, 0.5); // at every tenth of an epoch, counted in whole numbers as StepLR counts
      for (let tenth = 0; tenth < 60; tenth++) {
        expect(rate(tenth / 10)).toBe(0.5 ** Math.floor(tenth / Math.round(10 * every)));
      }
    }
  });
});

describe("scheduleOf", () => {
  it("knows constant, cosine, and step with drops at one half and three quarters", () => {
    expect(rates(scheduleOf(options, 10), [0, 7.9])).toEqual([0.4, 0.4]);
    expect(scheduleOf({ ...options, schedule: "cosine" }, 10).at(4, null).lr).toBeCloseTo(0.2, 12);
    const [before, first, second] = rates(scheduleOf({ ...options, schedule: "step" }, 10), [3.9, 4, 6]);
    expect(before).toBe(0.4);
    expect(first).toBeCloseTo(0.04, 12);
    expect(second).toBeCloseTo(0.004, 12);
  });

  it("warms up in a straight line from the warm-up learning rate", () => {
    const warm = scheduleOf({ ...options, warmup: 2, warmupLr: 0.2 }, 10);
    for (const [epoch, lr] of [
      [0, 0.2],
      [1, 0.3],
      [2, 0.4],
    ] as const) {
      expect(warm.at(epoch, null).lr).toBeCloseTo(lr, 12);
    }
  });

  it("runs the schedule proper from the start, or with warmupPrefix after the warm-up, to the last epoch", () => {
    const given = { ...options, schedule: "cosine", warmup: 2 };
    expect(scheduleOf(given, 10).at(2, null).lr).toBeCloseTo(cosine(8, 0.4)(2), 12);
    const after = scheduleOf({ ...given, warmupPrefix: true }, 10);
    expect(after.at(2, null).lr).toBe(0.4);
    expect(after.at(5, null).lr).toBeCloseTo(0.2, 12);
    expect(after.at(8, null).lr).toBeCloseTo(0, 12);
  });

  it.each(["linear", "toString", ""])('refuses "%s" and lists what there is', (schedule) => {
    expect(() => scheduleOf({ ...options, schedule }, 10)).toThrow(
      `unknown schedule "${schedule}"; expected one of cosine, step, onecycle, plateau, constant`,
    );
  });
});

// PyTorch's and timm's; see tests/goldens/make-recipes.py.
const golden: {
  readonly epochs: readonly number[];
  readonly metrics: readonly number[];
  readonly schedules: Readonly<Record<string, readonly (number | [lr: number, momentum: number])[]>>;
} = JSON.parse(readFileSync(new URL("../../../tests/goldens/recipes.json", import.meta.url), "utf8"));

const whole = Array.from({ length: 11 }, (_, epoch) => epoch);
const ten = { ...options, epochs: 10 };
const warm = { ...ten, warmup: 3, warmupLr: 0.05 };

describe("a table of epochs", () => {
  it.each<[string, ScheduleOptions, readonly number[]]>([
    ["cosine", { ...ten, schedule: "cosine", minLr: 0.01 }, whole],
    ["multistep", { ...ten, schedule: "step", milestones: [3, 7], decayRate: 0.2 }, whole],
    ["cosine, warm-up", { ...warm, schedule: "cosine", minLr: 0.01 }, golden.epochs],
    ["cosine, warm-up before", { ...warm, schedule: "cosine", minLr: 0.01, warmupPrefix: true }, golden.epochs],
    ["step, warm-up", { ...warm, schedule: "step", decayEpochs: 2.4, decayRate: 0.97 }, golden.epochs],
  ])("is the one of PyTorch or timm: %s", (name, given, epochs) => {
    const expected = golden.schedules[name]!;
    expect(expected).toHaveLength(epochs.length);
    for (const [i, lr] of rates(scheduleOf(given, 4), epochs).entries()) {
      expect(lr).toBeCloseTo(expected[i] as number, 10);
    }
  });

  it.each<[string, Partial<ScheduleOptions>]>([
    ["onecycle", {}],
    [
      "onecycle, other numbers",
      { pctStart: 0.45, divFactor: 10, finalDivFactor: 100, baseMomentum: 0.8, maxMomentum: 0.9 },
    ],
  ])("is the one of PyTorch, with the momentum: %s", (name, given) => {
    const schedule = scheduleOf({ ...ten, ...given, schedule: "onecycle", warmup: 0.5 }, 4);
    for (const [step, row] of golden.schedules[name]!.entries()) {
      const { lr, momentum } = schedule.at(step / 4, null);
      const [wantedLr, wantedMomentum] = row as [number, number];
      expect(lr).toBeCloseTo(wantedLr, 10);
      expect(momentum).toBeCloseTo(wantedMomentum, 10);
    }
    expect(scheduleOf({ ...ten, schedule: "onecycle", cycleMomentum: false }, 4).at(3, null).momentum).toBeUndefined();
  });

  it.each<[string, Partial<ScheduleOptions>]>([
    ["plateau, max", { decayRate: 0.5, patience: 2, cooldown: 1 }],
    ["plateau, min", { plateauMode: "min", decayRate: 0.5, patience: 2, cooldown: 1, minLr: 0.06 }],
    ["plateau, absolute", { threshold: 0.05, thresholdMode: "abs", patience: 1 }],
  ])("is the one of PyTorch, through JSON after every epoch: %s", (name, given) => {
    const schedule = scheduleOf({ ...options, ...given, epochs: 16, schedule: "plateau" }, 4);
    let state = schedule.start;
    for (const [epoch, lr] of golden.schedules[name]!.entries()) {
      expect([epoch, schedule.at(epoch, state).lr]).toEqual([epoch, expect.closeTo(lr as number, 10)]);
      state = JSON.parse(JSON.stringify(schedule.observe(state, golden.metrics[epoch]!, epoch + 1)));
    }
    expect(new Set(golden.schedules[name]).size).toBeGreaterThan(2);
  });
});

describe("plateau", () => {
  it("observes nothing before the warm-up is over, as timm does: patience 3 ends at epoch 10 of warm-up 5", () => {
    const given = { ...options, epochs: 40, schedule: "plateau", warmup: 5, warmupLr: 0.01, patience: 3 };
    const schedule = scheduleOf(given, 1);
    let state = schedule.start;
    const used = Array.from({ length: 12 }, (_, epoch) => {
      const { lr } = schedule.at(epoch, state);
      state = schedule.observe(state, 50 - epoch, epoch + 1);
      return lr;
    });
    expect(used.slice(5)).toEqual([0.4, 0.4, 0.4, 0.4, 0.4, expect.closeTo(0.04, 12), expect.closeTo(0.04, 12)]);
  });

  it("warms up like the others, and takes a loss that is no number for no progress", () => {
    const schedule = scheduleOf({ ...warm, schedule: "plateau", patience: 0 }, 4);
    expect(schedule.at(1.5, schedule.start).lr).toBeCloseTo(0.225, 12);
    expect(schedule.at(5, schedule.observe(schedule.start, Number.NaN, 5)).lr).toBeCloseTo(0.04, 12);
  });
});
