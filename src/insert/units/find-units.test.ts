import { describe, expect, it } from "vitest";
import type { Value } from "../../graph/graph.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";
import { bottleneck, indexed, type Write } from "../networks.test.helper.js";
import { findUnits } from "./find-units.js";

const stem = (p: Scope, x: Value) =>
  convNorm([p.at("stem"), p.at("stem_bn")], x, { channels: 4, kernel: 3, act: "relu" });

const found = (write: Write) => findUnits(indexed(write)).map(({ kind, join }) => [kind, join.name]);

describe("findUnits", () => {
  it("finds units in the order of the graph", () => {
    expect(found((p, x) => bottleneck(p.at(1), bottleneck(p.at(0), x)))).toEqual([
      ["residual branch", "0.sum"],
      ["residual branch", "1.sum"],
    ]);
  });

  it("does not take the stem of a residual network for a convolution of its own", () => {
    expect(found((p, x) => bottleneck(p, stem(p, x)))).toEqual([["residual branch", "sum"]]);
  });

  it("takes convolutions where there is nothing else", () => {
    expect(found((p, x) => stem(p, x)).map(([kind]) => kind)).toEqual(["convolution"]);
  });
});
