import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx-read.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { runFile, runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { readSafetensors } from "../weights/safetensors.js";
import { gradientStep } from "./gradient-step.js";

/** Files by PyTorch's exporter and what PyTorch computes with them: see `tests/goldens/make-exports.py`. */
const folders = [fileURLToPath(new URL("../../tests/goldens/exports", import.meta.url))];
// The networks as published are too large to be kept here: `make-exports.py DIR --full` writes them.
if (process.env.SENET_EXPORTS !== undefined) folders.push(process.env.SENET_EXPORTS);
const ours = /\.safetensors$/;
const networks = folders.flatMap((folder, i) =>
  readdirSync(folder)
    .filter((file) => ours.test(file))
    .map((file): [string, string] => [
      `${i === 0 ? "a small" : "the whole"} ${file.replace(ours, "")}`,
      join(folder, file).replace(ours, ""),
    ]),
);

/** PyTorch's numbers are in double precision; ours are in single: max |a − b| / max |b| per tensor. */
const TOLERANCE = 1e-4;

function read(path: string): Model {
  return readOnnx(readFileSync(path));
}

function golden(path: string): Map<string, Tensor> {
  return readSafetensors(readFileSync(`${path}.safetensors`)).tensors;
}

function largest(tensor: Tensor): number {
  return toNumbers(tensor).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function error(actual: Tensor, expected: Tensor, scale = largest(expected)): number {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = toNumbers(expected);
  const differences = toNumbers(actual).map((x, i) => x - wanted[i]!);
  return differences.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / scale;
}

/** Gradients that are 0 but for rounding are compared with the largest of all. */
function wrong(results: Record<string, Tensor>, expected: Map<string, Tensor>): [string, number][] {
  const all = Math.max(...[...expected.values()].map((tensor) => largest(tensor)));
  return [...expected]
    .map(([name, tensor]): [string, number] => {
      const scale = largest(tensor);
      return [name, error(results[`grad.${name}`]!, tensor, scale < 1e-9 * all ? all : scale)];
    })
    .filter(([, off]) => !(off < TOLERANCE));
}

describe.each(networks)("%s by PyTorch's exporter", (_, path) => {
  const kinds = ["", ".folded", ".training"].filter((kind) => existsSync(`${path}${kind}.onnx`));
  it.each(kinds)("gives PyTorch's logits: %s.onnx", async (kind) => {
    const { graph, weights } = read(`${path}${kind}.onnx`);
    const expected = golden(path);
    const { logits } = await runFile(writeOnnx(graph, weights), { x: expected.get("x")! });
    expect(error(logits!, expected.get("logits")!)).toBeLessThan(TOLERANCE);
  });

  it("gives PyTorch's loss and gradients with the statistics of the batch", async () => {
    const { graph, weights } = read(`${path}.onnx`);
    const expected = golden(path);
    const { graph: step } = gradientStep(graph, { batch: expected.get("x")!.shape[0]!, loss: crossEntropy() });
    const feeds = { ...Object.fromEntries(weights), x: expected.get("x")!, y: expected.get("y")! };
    const results = await runGraph(step, feeds);
    expect(error(results.loss!, expected.get("loss.train")!)).toBeLessThan(TOLERANCE);
    const gradients = [...expected].filter(([name]) => name.startsWith("train."));
    const trainable = [...graph.parameters].flatMap(([name, { trainable }]) => (trainable ? [`train.${name}`] : []));
    expect(trainable.toSorted()).toEqual(gradients.map(([name]) => name).toSorted());
    expect(wrong(results, new Map(gradients.map(([name, tensor]) => [name.slice("train.".length), tensor])))).toEqual(
      [],
    );
  });
});
