import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.js";
import { int64, type Tensor } from "../graph/tensor.js";
import { gradientStep } from "../step/gradient-step.js";
import { runGraph } from "../testing/run-graph.js";
import { between, startValue, uniform } from "../testing/torch-golden.js";
import { crossEntropy } from "../train/losses.js";
import { createModel, modelEntry } from "./index.js";
import type { InputSize } from "./model.js";

function readLines<T>(name: string): T[] {
  const text = readFileSync(new URL(`../../tests/goldens/${name}`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function start(graph: Graph): Record<string, Tensor> {
  return Object.fromEntries(
    [...graph.parameters].map(([name, { shape }]) => [
      name,
      name.endsWith("bn3.weight") ? between(name, shape, 0.1, 0.3) : startValue(name, shape),
    ]),
  );
}

const classes = 5;

// Theirs are in double precision; see tests/goldens/make-zoo.py. Weights, biases and running statistics are far from
// trivial.
describe("logits are those of", () => {
  const goldens = readLines<{ name: string; from: string; input: InputSize; logits: number[] }>("zoo.jsonl");
  it.each(goldens)("$from, with the same weights: $name", async ({ name, input, logits }) => {
    const graph = createModel(name, { classes, input });
    const { logits: ours } = await runGraph(graph, { ...start(graph), x: between("x", [2, ...input], -1, 1) });
    const largest = Math.max(...logits.map(Math.abs));
    const worst = Math.max(...logits.map((value, i) => Math.abs(value - Number(ours!.data[i]))));
    expect(worst / largest).toBeLessThan(1e-4);
  });
});

describe("gradients are those of", () => {
  type Line = { name: string; norm: number; projections: number[] };
  type Mode = { mode: "train" | "eval"; loss: number };
  const lines = readLines<Line | Mode>("gradients-seresnet50.jsonl");
  const modes = lines.filter((line) => "mode" in line);

  it.each(modes)("timm's seresnet50 in mode $mode", async ({ mode, loss }) => {
    const first = lines.findIndex((line) => "mode" in line && line.mode === mode) + 1;
    const expected = lines.slice(first, first + (lines.length - modes.length) / modes.length) as Line[];
    const model = createModel("seresnet50", { classes, input: [3, 64, 64] });
    const { graph } = gradientStep(model, { batch: 4, loss: crossEntropy(), mode });
    const feeds = { ...start(model), x: between("x.12", [4, 3, 64, 64], -1, 1), y: int64([4], [1, 3, 0, 2]) };
    const results = await runGraph(graph, feeds);
    expect(Math.abs(Number(results.loss!.data[0]) / loss - 1)).toBeLessThan(1e-5);
    const trainable = [...model.parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
    expect(expected.map(({ name }) => name).toSorted()).toEqual(trainable.toSorted());
    const wrong = expected
      .map((line): [string, number] => [line.name, distance(line, results[`grad.${line.name}`]!)])
      .filter(([, error]) => !(error < 1e-4));
    expect(wrong).toEqual([]);
  });

  /** ‖ours − theirs‖ / ‖theirs‖, estimated from inner products with vectors of signs. */
  function distance({ name, norm, projections }: Line, gradient: Tensor): number {
    const values = gradient.data as Float32Array;
    const squares = projections.map((theirs, k) => {
      const signs = uniform(`projection.${k}.${name}`, values.length);
      let ours = 0;
      for (let i = 0; i < values.length; i++) ours += signs[i]! < 0.5 ? -values[i]! : values[i]!;
      return (ours - theirs) ** 2;
    });
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const apart = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    return Math.max(apart, Math.abs(length - norm)) / norm;
  }
});

describe("torchvision's names lead to ours in", () => {
  const text = readFileSync(new URL("../../tests/goldens/zoo-names.json", import.meta.url), "utf8");
  const names: Record<string, Record<string, string>> = JSON.parse(text);
  it.each(Object.keys(names))("%s", (name) => {
    const alias = modelEntry(name).alias!;
    const ours = createModel(name).parameters;
    const reached = new Set<string>();
    for (const [theirs, expected] of Object.entries(names[name]!)) {
      for (const tensor of ["weight", "bias", "running_mean", "running_var"]) {
        if (!ours.has(`${expected}.${tensor}`)) continue;
        expect(alias(`${theirs}.${tensor}`)).toBe(`${expected}.${tensor}`);
        reached.add(`${expected}.${tensor}`);
      }
    }
    expect([...ours.keys()].filter((key) => !reached.has(key))).toEqual([]);
    for (const key of ours.keys()) expect(alias(key)).toBe(key); // and ours are left as they are
  });
});
