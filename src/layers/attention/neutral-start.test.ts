import { describe, expect, it } from "vitest";
import { lastDense, zeros } from "./neutral-start.js";

describe("lastDense", () => {
  it.each(["sigmoid", "hard-sigmoid"] as const)("halves a map behind a %s, whose value at 0 is ½", (gate) => {
    expect(lastDense("fc", { gate })).toEqual({ constants: { "fc.weight": 0, "fc.bias": 0 }, halvings: 1 });
    expect(lastDense("fc", { gate, bias: false })).toEqual({ constants: { "fc.weight": 0 }, halvings: 1 });
  });

  it("leaves a map as it is behind a ReLU that its bias opens", () =>
    expect(lastDense("fc", { gate: "relu" })).toEqual({ constants: { "fc.weight": 0, "fc.bias": 1 }, halvings: 0 }));

  it("halves it behind a tanh of artanh ½", () => {
    const start = lastDense("fc", { gate: "tanh" });
    expect("constants" in start && Math.tanh(start.constants["fc.bias"]!)).toBeCloseTo(0.5, 12);
  });

  it.each(["relu", "tanh"] as const)("has no start for a %s without a bias", (gate) =>
    expect(lastDense("fc", { gate, bias: false })).toEqual({ none: `a ${gate} gate without a bias starts at 0` }),
  );
});

it("zeros are a layer's weights, and its bias where it has one", () => {
  expect(zeros("fc")).toEqual({ "fc.weight": 0, "fc.bias": 0 });
  expect(zeros("fc", false)).toEqual({ "fc.weight": 0 });
});
