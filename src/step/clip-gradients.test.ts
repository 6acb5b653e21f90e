import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
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
  const { clipped: made, norm } = clipGradients(g, new Map(given), clip);
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
    expect(clipGradients(g, gradients)).toEqual({ clipped: gradients });
    expect(g.build().nodes).toEqual([]);
  });
});
