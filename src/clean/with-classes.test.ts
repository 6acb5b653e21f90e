import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32 } from "../graph/tensor.js";
import { headOf } from "../read/head.js";
import { withClasses } from "./with-classes.js";

const exported = (name: string) =>
  readOnnx(readFileSync(fileURLToPath(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url)))).graph;

describe("withClasses", () => {
  it.each(["resnet18.training", "squeezenet1_1", "shufflenet_v2_x0_5.training"])("changes the logits of %s", (file) => {
    const graph = exported(file);
    const changed = withClasses(graph, 7);
    expect(changed.outputs[0]!.shape.at(-1)).toBe(7);
    const head = new Set(headOf(graph).map(({ name }) => name));
    for (const [name, { shape }] of changed.parameters) {
      if (!head.has(name)) expect(shape, name).toEqual(graph.parameters.get(name)!.shape);
    }
    const [weight] = headOf(changed);
    const data = Array.from(initialise(changed, 1).get(weight!.name)!.data, Number);
    const limit = 1 / Math.sqrt(weight!.fanIn); // as PyTorch starts a new layer
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(new Set(data).size).toBeGreaterThan(7);
  });
});

describe("what stands behind the last layer", () => {
  /** A dense layer of six logits with `behind` after it. */
  const ending = (behind: (g: GraphBuilder, logits: Value) => Value) => {
    const g = new GraphBuilder("ending");
    const x = g.input("x", "float32", ["N", 5]);
    const w = g.parameter("w", [6, 5], { kind: "uniform-fan-in" });
    g.output(behind(g, g.call("Gemm", [x, w], { transB: 1 })), "y");
    return g.build();
  };
  const vector = (g: GraphBuilder, name: string, trainable = true) =>
    g.parameter(name, [6], { kind: "constant", value: 3 }, trainable);
  const norm = (g: GraphBuilder, x: Value) => {
    const vectors = ["s", "b", "m", "v"].map((name, i) => vector(g, name, i < 2));
    return g.call("BatchNormalization", [x, ...vectors]);
  };

  it.each<[string, (g: GraphBuilder, x: Value) => Value, Record<string, number>]>([
    ["a batch norm", norm, { s: 1, b: 0, m: 0, v: 1 }],
    ["a PRelu", (g, x) => g.call("PRelu", [x, vector(g, "a")]), { a: 0.25 }],
    ["a scale", (g, x) => g.call("Mul", [x, vector(g, "a")]), { a: 1 }],
    ["a stored vector of one number", (g, x) => g.call("Div", [x, g.constant(float32([6], Array(6).fill(2)))]), {}],
    ["a Reshape to their number", (g, x) => g.call("Reshape", [x, g.ints([-1, 6])]), {}],
    [
      "a Reshape there and back",
      (g, x) => g.call("Reshape", [g.call("Reshape", [x, g.ints([0, 6, 1])]), g.ints([-1, 6])]),
      {},
    ],
  ])("follows: %s", (_, behind, starts) => {
    const changed = withClasses(ending(behind), 4);
    expect(changed.outputs[0]!.shape).toEqual(["N", 4]);
    const values = initialise(changed, 1);
    for (const [name, start] of Object.entries(starts))
      expect([...values.get(name)!.data]).toEqual(Array(4).fill(start));
  });

  it.each<[string, (g: GraphBuilder, x: Value) => Value, string]>([
    [
      "numbers of each class",
      (g, x) => g.call("Add", [x, g.constant(float32([6], [1, 2, 3, 4, 5, 6]))]),
      "numbers of their own",
    ],
    [
      "classes in pairs",
      (g, x) => g.call("Add", [g.call("Reshape", [x, g.ints([-1, 3, 2])]), g.constant(float32([3, 1], [1, 2, 3]))]),
      "logits",
    ],
    [
      "a second layer's size",
      (g, x) =>
        g.call("Add", [x, g.call("Slice", [g.input("z", "float32", ["N", 6]), g.ints([0]), g.ints([6]), g.ints([1])])]),
      "once its last layer is for 4 classes",
    ],
  ])("is refused in one line: %s", (_, behind, message) => {
    expect(() => withClasses(ending(behind), 4)).toThrow(UserError);
    expect(() => withClasses(ending(behind), 4)).toThrow(message);
  });
});
