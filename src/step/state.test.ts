import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { initialState, type StatePlan } from "./state.js";

const plan: StatePlan = {
  state: [
    { input: "w", output: "next.w", dtype: "float32", shape: [2], kind: "parameter", start: "weights" },
    { input: "m.w", output: "next.m.w", dtype: "float32", shape: [2], kind: "optimizer", start: { fill: 1 } },
    { input: "ema.w", output: "next.ema.w", dtype: "float32", shape: [2], kind: "average", start: { copy: "w" } },
    { input: "step", output: "next.step", dtype: "int64", shape: [], kind: "counter", start: { fill: 0 } },
    { input: "random", output: "next.random", dtype: "int64", shape: [2], kind: "random", start: "seed" },
  ],
  fixed: ["frozen"],
};
const weights = new Map([
  ["w", float32([2], [3, 4])],
  ["frozen", float32([1], [5])],
]);

describe("initialState", () => {
  it("fills, copies, counts from 0 and takes the seed", () => {
    expect(initialState(plan, weights, 7)).toEqual(
      new Map<string, unknown>([
        ["w", float32([2], [3, 4])],
        ["m.w", float32([2], [1, 1])],
        ["ema.w", float32([2], [3, 4])],
        ["step", int64([], [0])],
        ["random", int64([2], [7, 0])],
        ["frozen", float32([1], [5])],
      ]),
    );
  });

  it("takes what is given of other state too", () => {
    const state = initialState(plan, new Map([...weights, ["m.w", float32([2], [8, 9])]]));
    expect(state.get("m.w")).toEqual(float32([2], [8, 9]));
  });

  it("says which weight is missing or of another shape", () => {
    expect(() => initialState(plan, new Map([["w", float32([2], [3, 4])]]))).toThrow(
      "weights: got nothing for frozen; expected a tensor",
    );
    expect(() => initialState(plan, new Map([...weights, ["w", float32([3], [1, 2, 3])]]))).toThrow(
      "weights: got [3] for w; expected a tensor of shape [2]",
    );
  });
});
