import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { Graph, Model, Weights } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { runFile, runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { readSafetensors } from "../weights/safetensors/safetensors.js";
import type { TensorFile } from "../weights/tensor-listing.js";
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

/**
 * How far ours, in single precision, may be from PyTorch's in double: max |a − b| / max |b| per tensor. The limit is
 * 1e-4, or twice the error of PyTorch's own single precision where that is more: sums in another order, as other widths
 * of the engine's blocks bring, err by as much in another direction.
 */
function limit(metadata: ReadonlyMap<string, string>, what: "logits" | "eval" | "train"): number {
  const single = Number(metadata.get(`single.${what}`));
  expect(single).toBeGreaterThan(0);
  return Math.max(1e-4, 2 * single);
}

function read(path: string): Model {
  return readOnnx(readFileSync(path));
}

function golden(path: string): TensorFile {
  return readSafetensors(readFileSync(`${path}.safetensors`));
}

function largest({ data }: Tensor): number {
  let most = 0;
  for (const x of data) most = Math.max(most, Math.abs(Number(x)));
  return most;
}

function error(actual: Tensor, expected: Tensor, scale = largest(expected)): number {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.data;
  let most = 0;
  for (const [i, x] of actual.data.entries()) {
    const off = Math.abs(Number(x) - Number(wanted[i]));
    if (off > most || Number.isNaN(off)) most = off;
  }
  return most / scale;
}

/** The error of every gradient. Those that are 0 but for rounding are compared with the largest of all. */
function errors(results: Record<string, Tensor>, expected: Map<string, Tensor>): [string, number][] {
  const all = Math.max(...[...expected.values()].map((tensor) => largest(tensor)));
  return [...expected].map(([name, tensor]) => {
    const scale = largest(tensor);
    return [name, error(results[`grad.${name}`]!, tensor, scale < 1e-9 * all ? all : scale)];
  });
}

describe.each(networks)("%s by PyTorch's exporter", (network, path) => {
  const kinds = ["", ".folded", ".training"].filter((kind) => existsSync(`${path}${kind}.onnx`));
  const figures: string[] = [];
  afterAll(() => {
    if (network.startsWith("the whole")) process.stdout.write(`| ${network.slice(10)} | ${figures.join(" | ")} |\n`);
  });
  it.each(kinds)("gives PyTorch's logits: %s.onnx", async (kind) => {
    const { graph, weights } = read(`${path}${kind}.onnx`);
    const { tensors, metadata } = golden(path);
    const { logits } = await runFile(writeOnnx(graph, weights), { x: tensors.get("x")! });
    const off = error(logits!, tensors.get("logits")!);
    if (kind === "") figures.push(beside(off, metadata, "logits"));
    expect(off).toBeLessThan(limit(metadata, "logits"));
  });

  it.each(kinds.filter((kind) => kind !== ".training"))(
    "computes the same, read and written: %s.onnx",
    async (kind) => {
      const file = readFileSync(`${path}${kind}.onnx`);
      const { graph, weights } = readOnnx(file);
      const x = golden(path).tensors.get("x")!;
      const [before, after] = [await plainly(file, x), await plainly(writeOnnx(graph, weights), x)];
      // The engine has another kernel for AveragePool from opset 19 on, which rounds otherwise; all else is equal to
      // the bit.
      const pools = graph.nodes.some(({ op }) => op === "AveragePool");
      expect(error(after, before)).toBeLessThanOrEqual(pools ? 1e-5 : 0);
    },
  );

  it.each(["eval", "train"] as const)("gives PyTorch's loss and gradients in mode %s", async (mode) => {
    const { graph, weights } = read(`${path}.onnx`);
    const { tensors, metadata } = golden(path);
    const expected = gradientsOf(tensors, mode);
    const results = await gradients(graph, weights, tensors, mode);
    expect(error(results.loss!, tensors.get(`loss.${mode}`)!)).toBeLessThan(limit(metadata, "logits"));
    const trainable = [...graph.parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
    expect(trainable.toSorted()).toEqual([...expected.keys()].toSorted());
    const offs = errors(results, expected);
    figures.push(beside(Math.max(...offs.map(([, off]) => off)), metadata, mode));
    expect(offs.filter(([, off]) => !(off < limit(metadata, mode)))).toEqual([]);
  });

  const folded = it.runIf(kinds.includes(".folded"));
  folded(
    "gives PyTorch's loss and gradients with batch norm folded, of the parameters that keep their names",
    async () => {
      const { graph, weights } = read(`${path}.folded.onnx`);
      const { tensors, metadata } = golden(path);
      const expected = new Map([...gradientsOf(tensors, "eval")].filter(([name]) => graph.parameters.has(name)));
      const results = await gradients(graph, weights, tensors, "eval");
      expect(error(results.loss!, tensors.get("loss.eval")!)).toBeLessThan(limit(metadata, "logits"));
      expect(expected.size).toBeGreaterThan(1);
      expect(errors(results, expected).filter(([, off]) => !(off < limit(metadata, "eval")))).toEqual([]);
    },
  );
});

/** The logits as the engine computes them node by node, without optimisations. */
async function plainly(file: Uint8Array, x: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  const { logits } = await session.run({ x: new OrtTensor(x.dtype, x.data, x.shape) });
  await session.release();
  return float32(logits!.dims, logits!.data as Float32Array);
}

function gradients(graph: Graph, weights: Weights, tensors: ReadonlyMap<string, Tensor>, mode: "eval" | "train") {
  const [x, y] = [tensors.get("x")!, tensors.get("y")!];
  const step = gradientStep(graph, { batch: x.shape[0]!, loss: crossEntropy(), mode });
  return runGraph(step.graph, { ...Object.fromEntries(weights), x, y });
}

function gradientsOf(tensors: ReadonlyMap<string, Tensor>, mode: "eval" | "train"): Map<string, Tensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(`${mode}.`));
  return new Map(found.map(([name, tensor]) => [name.slice(mode.length + 1), tensor]));
}

/** Our error and, in parentheses, that of PyTorch's own single precision. */
function beside(off: number, metadata: ReadonlyMap<string, string>, what: string): string {
  return `${off.toExponential(1)} (${Number(metadata.get(`single.${what}`)).toExponential(1)})`;
}
