import { describe, expect, it } from "vitest";
import type { Node } from "../graph/graph.js";
import { indexed, type Write } from "./networks.test.helper.js";
import { pathsTo } from "./paths.js";

const names = (nodes: Iterable<Node>) => [...nodes].map(({ name }) => name);

/** x → stem → (a1 → a2 | b1) */
const forked: Write = ({ g }, x) => {
  const stem = g.call("Relu", [x], {}, "stem");
  const a = g.call("Abs", [g.call("Neg", [stem], {}, "a1")], {}, "a2");
  return [a, g.call("Sin", [stem], {}, "b1")];
};

describe("pathsTo", () => {
  it("finds the last value that two come from, and each one's own way", () => {
    const paths = pathsTo(indexed(forked), ["a2", "b1"])!;
    expect(paths.from).toBe("stem");
    expect(paths.own.map(names)).toEqual([["a2", "a1"], ["b1"]]);
    expect(names(paths.all).sort()).toEqual(["a1", "a2", "b1"]);
  });

  it("finds that one value comes from the other, whose own way is empty", () => {
    const paths = pathsTo(indexed(forked), ["a2", "stem"])!;
    expect([paths.from, ...paths.own.map(names)]).toEqual(["stem", ["a2", "a1"], []]);
  });

  it("gives nodes that lead to several values to none of them", () => {
    const write: Write = ({ g }, x) => {
      const both = g.call("Neg", [g.call("Relu", [x], {}, "stem")], {}, "both");
      const one = g.call("Add", [both, g.value("stem")], {}, "one");
      return [one, g.call("Mul", [both, g.value("stem")], {}, "other")];
    };
    const paths = pathsTo(indexed(write), ["one", "other"])!;
    expect([paths.from, ...paths.own.map(names), names(paths.all)]).toEqual([
      "stem",
      ["one"],
      ["other"],
      ["other", "one", "both"],
    ]);
  });

  it("finds nothing where values come from several inputs", () => {
    const write: Write = ({ g }, x) => [
      g.call("Relu", [x], {}, "a"),
      g.call("Relu", [g.input("z", "float32", ["N", 4])], {}, "b"),
    ];
    expect(pathsTo(indexed(write), ["a", "b"])).toBeUndefined();
  });
});
