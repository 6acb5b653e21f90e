import { describe, expect, it } from "vitest";
import { conv } from "../../layers/conv.js";
import { bottleneck, indexed, told, type Write } from "../networks.test.helper.js";
import { residualBranches } from "./residual-branches.js";

const mixed = { channels: 4, kernel: 3 };
const found = (write: Write) => residualBranches(indexed(write), new Set()).map(told);

describe("residualBranches", () => {
  it("finds the sum of a branch and what it came from", () => {
    expect(found((p, x) => bottleneck(p, x))).toEqual([
      { kind: "residual branch", value: "bn3.out", join: "sum", from: "x", shortcut: "x" },
    ]);
  });

  it("finds the shorter way to be the shortcut where that has a projection", () => {
    const write: Write = (p, x) => {
      const branch = conv(p.at("b"), conv(p.at("a"), x, mixed), mixed);
      return p.g.call("Add", [conv(p.at("projection"), x, mixed), branch], {}, "sum");
    };
    expect(found(write)).toEqual([
      { kind: "residual branch", value: "b.out", join: "sum", from: "x", shortcut: "projection.out" },
    ]);
  });

  it("puts the block before what scales the branch down or leaves out some of it", () => {
    const write: Write = (p, x) => {
      const kept = p.g.call("Dropout", [conv(p.at("a"), x, mixed)]);
      return p.g.call("Add", [p.g.call("Mul", [kept, p.g.scalar(0.17)]), x], {}, "sum");
    };
    expect(found(write)).toMatchObject([{ value: "a.out" }]);
  });

  it.each<[string, Write]>([
    ["of two equal ways", (p, x) => p.g.call("Add", [conv(p.at("a"), x, mixed), conv(p.at("b"), x, mixed)])],
    [
      "with a bias",
      (p, x) => p.g.call("Add", [conv(p, x, mixed), p.parameter("b", [4, 1, 1], { kind: "constant", value: 0 })]),
    ],
    ["of a map with itself", (p, x) => [conv(p, x, mixed)].map((y) => p.g.call("Add", [y, y]))],
    [
      "over what was enlarged",
      (p, x) => {
        const small = conv(p.at("a"), x, { channels: 4, kernel: 3, stride: 2 });
        const w = p.parameter("up", [4, 4, 2, 2], { kind: "uniform-fan-in" });
        return p.g.call("Add", [p.g.call("ConvTranspose", [small, w], { strides: [2, 2] }), x]);
      },
    ],
    [
      "with a part of the map",
      (p, x) => {
        const [one, two] = p.g.callMany("Split", [x, p.g.ints([2, 2])], { axis: 1 }, 2, "part");
        return p.g.call("Add", [conv(p, one!, { channels: 2, kernel: 3 }), two!]);
      },
    ],
  ])("does not take for one: a sum %s", (_, write) => expect(found(write)).toEqual([]));
});
