import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { float32 } from "../graph/tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { between } from "../testing/torch-golden.js";
import { type Clip, clipGradients } from "./clip-gradients.js";

const golden: Record<string, { norm: number | null; w: number[]; b: number[] }> = JSON.parse(
  readFileSync(new URL("../../tests/goldens/optimizers.json", import.meta.url), "utf8"),
).clips;

const shapes = { w: [3, 4], b: [5] };

/** The clipped gradients of w and b, whose entries have sizes up to `size`, and the norm. */
async function clipped(clip: Clip, size: number) {
  const g = new GraphBuilder("clip");
  const given = (["w", "b"] as const).map((name) => {
    const parameter = g.parameter(name, shapes[name], { kind: "constant", value: 0 });
    return [parameter.name, g.input(`gradient.${name}`, "float32", shapes[name])] as const;
  });
  const { clipped: made, norm } = clipGradients(g, g.build(), new Map(given), clip);
  for (const [name, value] of made) g.output(value, `clipped.${name}`);
  if (norm) g.output(norm, "norm");
  const feeds = Object.entries(shapes).flatMap(([name, shape]) => [
    [name, between(`start.${name}`, shape, -1, 1)],
    [`gradient.${name}`, between(`gradient.0.${name}`, shape, -size, size)],
  ]);
  return runGraph(g.build(), Object.fromEntries(feeds));
}

describe("clipGradients", () => {
  it.each<[string, Clip, number]>([
    ["norm, above", { norm: 0.5 }, 1],
    ["norm, below", { norm: 0.5 }, 0.01],
    ["value", { value: 0.25 }, 1],
    ["agc, some above", { agc: 0.5 }, 1],
    ["agc, all below", { agc: 0.5 }, 0.01],
  ])("by %s is what PyTorch makes of it", async (name, clip, size) => {
    const results = await clipped(clip, size);
    const { norm, ...expected } = golden[name]!;
    for (const key of ["w", "b"] as const) {
      const actual = results[`clipped.${key}`]!.data;
      for (const [i, value] of expected[key].entries()) expect(actual[i]).toBeCloseTo(value, 6);
    }
    expect(results.norm === undefined).toBe(norm === null);
    if (norm !== null) expect(Number(results.norm!.data[0])).toBeCloseTo(norm, 6);
  });

  it("leaves gradients below the norm as they are but for the last bits", async () => {
    const results = await clipped({ norm: 1e6 }, 1);
    expect(results["clipped.w"]).toEqual(between("gradient.0.w", shapes.w, -1, 1));
  });

  it("takes a layer's outputs for units on whatever axis they lie, and a reshaped vector for one unit", async () => {
    const numbers = (shape: readonly number[], name: string, size: number) => between(name, shape, -size, size);
    const ones = { kind: "constant", value: 0 } as const;
    /** What becomes of the gradients of weights [3, 4], stored as the operator has them, and of a scale [3]. */
    const written = async (op: "MatMul" | "Gemm") => {
      const g = new GraphBuilder("layers");
      const [kernel, scale] =
        op === "Gemm"
          ? [[3, 4], [3]]
          : [
              [4, 3],
              [1, 3],
            ];
      const weight = g.parameter("weight", kernel!, ones);
      const x = g.input("x", "float32", [2, 4]);
      const y = op === "Gemm" ? g.call("Gemm", [x, weight], { transB: 1 }) : g.call("MatMul", [x, weight]);
      g.output(g.call("Mul", [y, g.parameter("scale", scale!, ones)]), "y");
      const model = g.build();
      const h = new GraphBuilder("clip");
      for (const [name, { shape }] of model.parameters) h.parameter(name, shape, ones);
      const gradients = new Map(
        [...model.parameters].map(([name, { shape }]) => [name, h.input(`g.${name}`, "float32", shape)]),
      );
      for (const [name, value] of clipGradients(h, model, gradients, { agc: 0.3 }).clipped)
        h.output(value, `c.${name}`);
      const turned = (name: string, size: number) => {
        const { data } = numbers([3, 4], name, size);
        const rows = Array.from(data, Number);
        return op === "Gemm" ? rows : Array.from(rows, (_, i) => rows[(i % 3) * 4 + Math.floor(i / 3)]!);
      };
      const results = await runGraph(h.build(), {
        weight: float32(kernel!, turned("w", 1)),
        "g.weight": float32(kernel!, turned("dw", 1)),
        scale: float32(scale!, Array.from(numbers([3], "s", 1).data, Number)),
        "g.scale": float32(scale!, Array.from(numbers([3], "ds", 1).data, Number)),
      });
      const c = Array.from(results["c.weight"]!.data, Number);
      const rows = op === "Gemm" ? c : Array.from(c, (_, i) => c[(i % 4) * 3 + Math.floor(i / 4)]!);
      return [...rows, ...Array.from(results["c.scale"]!.data, Number)];
    };
    const gemm = await written("Gemm");
    for (const [i, value] of (await written("MatMul")).entries()) expect(value).toBeCloseTo(gemm[i]!, 6);
  });

  it("leaves out what is excluded from adaptive clipping", async () => {
    const results = await clipped({ agc: 0.01, exclude: "b" }, 1);
    expect(results["clipped.b"]).toEqual(between("gradient.0.b", shapes.b, -1, 1));
    expect(results["clipped.w"]).not.toEqual(between("gradient.0.w", shapes.w, -1, 1));
    await expect(clipped({ agc: 0.01, exclude: "c*" }, 1)).rejects.toThrow(
      'got pattern "c*", which fits no parameter; expected one that fits names such as w',
    );
  });

  it("writes nothing without a limit", () => {
    const g = new GraphBuilder("clip");
    const gradients = new Map([["w", g.input("gradient", "float32", [3])]]);
    expect(clipGradients(g, g.build(), gradients)).toEqual({ clipped: gradients });
    expect(g.build().nodes).toEqual([]);
  });
});
