import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { replay } from "../clean/replay.js";
import { createModel, models } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { GraphBuilder } from "./builder.js";
import type { Graph } from "./graph.js";
import { indexOf } from "./graph-index.js";
import { readOnnx } from "./onnx/read-onnx.js";
import { int64, toNumbers } from "./tensor.js";

/** x → Relu → y, and a constant, a parameter, a node nobody reads, two outputs of one node, an input left out. */
function example(): Graph {
  return buildGraph([floats("N", 4)], (g, x) => {
    const w = g.parameter("w", [4, 4], { kind: "constant", value: 1 });
    const turned = g.call("Transpose", [w], {}, "turned");
    const dense = g.call("MatMul", [x, turned], {}, "dense");
    const clipped = g.call(
      "Clip",
      [dense, undefined, g.constant({ ...g.constantOf(g.scalar(6))! }, "six")],
      {},
      "clipped",
    );
    g.call("Neg", [clipped], {}, "unread");
    const [best, places] = g.callMany("TopK", [clipped, g.ints([1])], {}, 2, "top");
    return [g.call("Add", [best!, best!], {}, "twice"), places!, clipped];
  });
}

describe("GraphIndex", () => {
  const index = indexOf(example());
  const names = (nodes: Iterable<{ name: string }>) => [...nodes].map(({ name }) => name);

  it("is computed once for each graph", () => {
    expect(indexOf(index.graph)).toBe(index);
    expect(indexOf({ ...index.graph })).not.toBe(index);
  });

  it("knows the type of every value, those that nobody reads and second outputs included", () => {
    const types = Object.fromEntries([...index.values].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]));
    expect(types).toMatchObject({
      x0: ["float32", "N", 4],
      w: ["float32", 4, 4],
      six: ["float32"],
      turned: ["float32", 4, 4],
      unread: ["float32", "N", 4],
      top: ["float32", "N", 1],
      "top:1": ["int64", "N", 1],
    });
    expect(index.value("dense")).toEqual({ name: "dense", dtype: "float32", shape: ["N", 4] });
    expect(() => index.value("nothing")).toThrow('got input "nothing"');
  });

  it("knows the tensors behind constants, and behind what nodes compute of them", () => {
    const graph = buildGraph([floats("N", 3, 8, 8)], (g, x) => {
      const two = g.constant(int64([1], [2]), "two");
      const size = g.call("Slice", [g.call("Shape", [x]), two, g.ints([3])], {}, "height");
      return g.call("Reshape", [x, g.call("Concat", [g.ints([-1]), size], { axis: 0 }, "target")], {}, "rows");
    });
    const open = { ...graph, inputs: [{ ...graph.inputs[0]!, shape: ["N", 3, 4, 4] }] };
    for (const each of [graph, open]) expect(toNumbers(indexOf(each).constant("two")!)).toEqual([2]);
    expect(toNumbers(indexOf(graph).constant("height")!)).toEqual([8]);
    expect([indexOf(graph).constant("rows"), indexOf(graph).constant("x0")]).toEqual([undefined, undefined]);
  });

  it("knows makers and their order, and readers with the number of the input", () => {
    expect([index.maker("top:1")?.name, index.maker("x0"), index.maker("w"), index.maker("six")]).toEqual([
      "top",
      undefined,
      undefined,
      undefined,
    ]);
    expect(["x0", "turned", "dense", "top:1"].map((name) => index.order(name))).toEqual([-1, 0, 1, 4]);
    const readers = (name: string) => index.readers(name).map(({ node, input }) => [node.name, input]);
    expect(readers("six")).toEqual([["clipped", 2]]);
    expect(readers("top")).toEqual([
      ["twice", 0],
      ["twice", 1],
    ]);
    expect(readers("unread")).toEqual([]);
  });

  it("knows what a node alone reads: once, and no output of the graph", () => {
    const alone = ["dense", "top", "clipped", "unread"].map((name) => index.onlyReader(name)?.name);
    expect(alone).toEqual(["clipped", undefined, undefined, undefined]);
    expect(["twice", "top:1", "top"].map((name) => index.isOutput(name))).toEqual([true, true, false]);
  });

  it("knows what depends on inputs, and not on parameters and constants alone", () => {
    const values = ["x0", "dense", "top:1", "w", "turned", "six", ""];
    expect(values.map((name) => index.isComputed(name))).toEqual([true, true, true, false, false, false, false]);
  });

  it("follows values back, as far as it may, and on", () => {
    expect(names(index.ancestors("clipped")).toSorted()).toEqual(["clipped", "dense", "turned"]);
    expect(names(index.ancestors("clipped", (name) => name === "turned")).toSorted()).toEqual(["clipped", "dense"]);
    expect([...index.ancestors("x0")]).toEqual([]);
    expect([...index.dependents(["clipped"])].toSorted()).toEqual(["clipped", "top", "top:1", "twice", "unread"]);
  });

  it("takes an input that is left out for nothing that a node with an output left out could make", () => {
    const pool = { name: "pool", op: "MaxPool", domain: "", attributes: { kernel_shape: { ints: [2, 2] } } };
    const graph = buildGraph([floats("N", 4, 8, 8)], (g, x) => {
      const [y] = g.append({ ...pool, inputs: [x.name], outputs: ["pool", ""] });
      return [g.call("Clip", [x, undefined, g.scalar(6)], {}, "clipped"), y!];
    });
    expect(names(indexOf(graph).ancestors("clipped"))).toEqual(["clipped"]);
    expect(indexOf(graph).maker("")).toBeUndefined();
  });

  it("computes with shapes as the builder does: a target of a Reshape made of names has its type", () => {
    const graph = buildGraph([floats("N", 4, 8, 8)], (g, x) => {
      const n = g.call("Slice", [g.call("Shape", [x]), g.ints([0]), g.ints([1])]);
      return g.call("Reshape", [x, g.call("Concat", [n, g.ints([256])], { axis: 0 })], {}, "flat");
    });
    expect(indexOf(graph).value("flat").shape).toEqual(["N", 256]);
    const bound = indexOf({ ...graph, inputs: [{ ...graph.inputs[0]!, shape: [3, 4, 8, 8] }] });
    expect(bound.value("flat").shape).toEqual([3, 256]);
  });

  it("says which node's inputs do not fit", () => {
    const graph = example();
    const wrong = { ...graph, inputs: [{ ...graph.inputs[0]!, shape: ["N", 5] }] };
    expect(() => indexOf(wrong).values).toThrow(/^MatMul \(dense\): got /);
    expect(indexOf(wrong).maker("dense")?.op).toBe("MatMul"); // who makes what needs no types
  });
});

describe("types", () => {
  /** What writing the graph anew gives every value. */
  const written = (graph: Graph) => replay(new GraphBuilder(graph.name), graph);

  it.each(Object.keys(models))("of %s are those that writing it anew gives", (name) => {
    const graph = createModel(name);
    expect(indexOf(graph).values).toEqual(written(graph));
  });

  const folder = fileURLToPath(new URL("../../tests/goldens/exports", import.meta.url));
  const exported = readdirSync(folder).filter((file) => file.endsWith(".onnx"));
  it.each(exported)("of %s are those that writing it anew gives", (file) => {
    const { graph } = readOnnx(readFileSync(`${folder}/${file}`));
    expect(indexOf(graph).values).toEqual(written(graph));
  });
});
