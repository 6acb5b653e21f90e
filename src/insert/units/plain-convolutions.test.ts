import { describe, expect, it } from "vitest";
import { conv } from "../../layers/conv.js";
import { convNorm } from "../../layers/conv-norm.js";
import { indexed, told, type Write } from "../networks.test.helper.js";
import { plainConvolutions, separableConvolutions } from "./plain-convolutions.js";

const bent: Write = (p, x) => {
  const y = convNorm([p.at("conv"), p.at("bn")], x, { channels: 4, kernel: 3 });
  return p.g.call("Relu", [y], {}, "bent");
};

const separable: Write = (p, x) => {
  const filtered = convNorm([p.at("filter"), p.at("bn1")], x, { channels: 4, kernel: 3, group: 4, act: "relu" });
  const y = convNorm([p.at("mix"), p.at("bn2")], filtered, { channels: 8, kernel: 1 });
  return p.g.call("Relu", [y], {}, "bent");
};

describe("plainConvolutions", () => {
  it("finds a convolution up to its activation", () => {
    const [unit, ...others] = plainConvolutions(indexed(bent), new Set());
    expect(others).toEqual([]);
    expect(told(unit!)).toEqual({ kind: "convolution", value: "bent", join: "bent" });
    expect([...unit!.nodes].map(({ name }) => name).sort()).toEqual(["bent", "bn.out", "conv.out"]);
  });

  it.each<[string, Write]>([
    ["without an activation", (p, x) => conv(p, x, { channels: 4, kernel: 3 })],
    ["that leaves one pixel", (p, x) => p.g.call("Relu", [conv(p, x, { channels: 4, kernel: 8, padding: 0 })])],
  ])("does not take for one: a convolution %s", (_, write) =>
    expect(plainConvolutions(indexed(write), new Set())).toEqual([]),
  );
});

describe("separableConvolutions", () => {
  it("finds a filter of every channel by itself, a mixture and its activation", () => {
    const [unit, ...others] = separableConvolutions(indexed(separable), new Set());
    expect(others).toEqual([]);
    expect(told(unit!)).toEqual({ kind: "separable convolution", value: "bent", join: "bent" });
    expect([...unit!.nodes].map(({ name }) => name)).toContain("filter.out");
  });

  it("finds none among plain convolutions", () => expect(separableConvolutions(indexed(bent), new Set())).toEqual([]));
});
