import { describe, expect, it } from "vitest";
import type { Value } from "../../graph/graph.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";
import { indexed, told, type Write } from "../networks.test.helper.js";
import { invertedResiduals } from "./inverted-residuals.js";

const found = (write: Write) => invertedResiduals(indexed(write), new Set()).map(told);
const layers = (p: Scope, names: readonly [string, string]) => names.map((name) => p.at(name)) as [Scope, Scope];

/** Expansion to 8 channels, a filter of each by itself, and a projection to 4. */
function writeUnit(p: Scope, x: Value, { bends = true, projects = true } = {}): Value {
  const act = { act: "relu6" as const };
  const wide = convNorm(layers(p, ["expand", "bn1"]), x, { channels: 8, kernel: 1, ...act });
  const filtered = convNorm(layers(p, ["filter", "bn2"]), wide, {
    channels: 8,
    kernel: 3,
    group: 8,
    ...(bends && act),
  });
  return convNorm(layers(p, ["project", "bn3"]), filtered, { channels: 4, kernel: 1, ...(!projects && act) });
}

describe("invertedResiduals", () => {
  it("finds the unit with its shortcut, and the many channels before the projection", () => {
    const index = indexed((p, x) => p.g.call("Add", [writeUnit(p, x), x], {}, "sum"));
    const [unit, ...others] = invertedResiduals(index, new Set());
    expect(others).toEqual([]);
    expect(told(unit!)).toMatchObject({ kind: "inverted residual", join: "sum", from: "x", shortcut: "x" });
    expect(index.maker(unit!.value)!.op).toBe("Clip");
  });

  it("finds the unit without a shortcut, from its expansion to its last batch norm", () => {
    const index = indexed((p, x) => writeUnit(p, x));
    const [unit] = invertedResiduals(index, new Set());
    expect(told(unit!)).toMatchObject({ kind: "inverted residual", join: "bn3.out" });
    expect(unit!.nodes.size).toBe(index.graph.nodes.length);
  });

  it.each<[string, Write]>([
    ["whose filter is not bent", (p, x) => writeUnit(p, x, { bends: false })],
    ["whose last layer is bent, as a separable convolution's", (p, x) => writeUnit(p, x, { projects: false })],
  ])("does not take for one: a unit %s", (_, write) => expect(found(write)).toEqual([]));
});
