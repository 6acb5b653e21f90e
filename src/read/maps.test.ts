import { expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { indexOf } from "../graph/graph-index.js";
import { channelAxis, dataInputs, isData, isMap } from "./maps.js";

/** Channels last, turned so that they are first, bent, turned back and bent again. */
function network() {
  const g = new GraphBuilder("test");
  const x = g.input("x", "float32", ["N", 4, 8, 8]);
  const w = g.parameter("w", [4, 1, 1], { kind: "constant", value: 1 });
  const scaled = g.call("Mul", [x, w], {}, "scaled");
  const last = g.call("Transpose", [scaled], { perm: [0, 2, 3, 1] }, "last");
  const bent = g.call("Relu", [last], {}, "bent");
  g.output(g.call("Transpose", [bent], { perm: [0, 3, 1, 2] }, "first"));
  g.output(g.call("Flatten", [bent], {}, "flat"));
  g.output(g.call("Shape", [x], {}, "shape"));
  return indexOf(g.build());
}

it("tells maps and data from what is neither", () => {
  const index = network();
  const names = ["x", "w", "scaled", "flat", "shape"];
  expect(names.filter((name) => isMap(index, name))).toEqual(["x", "scaled"]);
  expect(names.filter((name) => isData(index, name))).toEqual(["x", "scaled", "flat"]);
  expect(dataInputs(index, index.maker("scaled")!)).toEqual(["x"]);
});

it.each([
  ["scaled", 1],
  ["last", 3],
  ["bent", 3],
  ["first", 1],
] as const)("the channels of %s are axis %i", (name, axis) => expect(channelAxis(network(), name)).toBe(axis));
