import { readFileSync } from "node:fs";
import { elements, float32, int64, type Tensor } from "../graph/tensor.js";

/** What a golden file holds of one tensor: all of it, or a summary. See `tests/goldens/make.py`. */
type Summary =
  | { readonly full: string }
  | { readonly head: string; readonly norm: number; readonly projections: string };

/** What PyTorch computed for one small training run. */
export interface TorchGolden {
  readonly shortcut: "projection" | "A";
  readonly input: readonly [channels: number, height: number, width: number];
  readonly batch: number;
  /** Part of the names that the images and labels are computed from. */
  readonly salt: number;
  /** The smallest size of any ReLU's input in the whole run. */
  readonly margin: number;
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Of every step, before its update. */
  readonly losses: readonly number[];
  readonly correct: readonly number[];
  /** Of the first step. */
  readonly gradients: Readonly<Record<string, Summary>>;
  /** The running statistics after the first step. */
  readonly statistics: Readonly<Record<string, Summary>>;
  /** Parameters and running statistics after the last step. */
  readonly weights: Readonly<Record<string, Summary>>;
}

/** Reads `tests/goldens/<name>.jsonl`: a line about the run, then a line for every tensor. */
export function readGolden(name: string): TorchGolden {
  const text = readFileSync(new URL(`../../tests/goldens/${name}.jsonl`, import.meta.url), "utf8");
  const [run, ...tensors] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const golden = { ...run, gradients: {}, statistics: {}, weights: {} };
  for (const { of, name: tensor, ...held } of tensors) golden[of][tensor] = held;
  return golden;
}

/** ‖actual − expected‖ / ‖expected‖; where the file holds a summary, an estimate of it from random projections. */
export function relativeError(name: string, actual: Tensor, expected: Summary): number {
  const values = Array.from(actual.data, Number);
  if ("full" in expected) {
    const wanted = unpacked(expected.full);
    return distance(values, wanted) / Math.max(norm(wanted), 1e-6);
  }
  const projections = unpacked(expected.projections);
  const made = projections.map((_, k) => {
    const signs = uniform(`projection.${k}.${name}`, values.length);
    return values.reduce((sum, value, i) => sum + (signs[i]! < 0.5 ? -value : value), 0);
  });
  const estimate = distance(made, projections) / Math.sqrt(projections.length) / expected.norm;
  const head = unpacked(expected.head);
  const first = distance(values.slice(0, head.length), head) / norm(head);
  return Math.max(estimate, first, Math.abs(norm(values) - expected.norm) / expected.norm);
}

/** The value a tensor of that name starts from in every golden run. */
export function startValue(name: string, shape: readonly number[]): Tensor<"float32"> {
  return between(name, shape, ...startRange(name, shape));
}

/** Images and labels of a step. */
export function goldenBatch({ batch, input, salt }: TorchGolden, step: number): { x: Tensor; y: Tensor } {
  const labels = Array.from(uniform(`y.${salt}.${step}`, batch), (u) => Math.floor(u * 10));
  return { x: between(`x.${salt}.${step}`, [batch, ...input], -1, 1), y: int64([batch], labels) };
}

function startRange(name: string, shape: readonly number[]): [low: number, high: number] {
  if (name.endsWith("running_mean")) return [-0.2, 0.2];
  if (name.endsWith("running_var")) return [0.8, 1.2];
  if (shape.length > 1) {
    const bound = Math.sqrt(6 / elements(shape.slice(1)));
    return [-bound, bound];
  }
  if (name.endsWith("se.fc1.bias")) return [0.2, 0.6];
  return name.endsWith("weight") ? [0.7, 1.3] : [-0.3, 0.3];
}

/** A tensor whose entries depend on the name alone, from `low` to `high`. */
export function between(name: string, shape: readonly number[], low: number, high: number): Tensor<"float32"> {
  const numbers = uniform(name, elements(shape));
  const data = new Float32Array(numbers.length);
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * numbers[i]!;
  return float32(shape, data);
}

/** `count` numbers in [0, 1) that depend on the name alone: FNV-1a of the name, then MurmurHash3's finaliser. */
export function uniform(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  const numbers = new Float64Array(count); // a plain loop: some networks have 10⁸ of them
  for (let i = 0; i < count; i++) {
    let h = (Math.imul(i, 0x9e3779b9) + seed) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    numbers[i] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return numbers;
}

function unpacked(base64: string): number[] {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  return Array.from(new Float32Array(bytes.buffer));
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return norm(b.map((value, i) => a[i]! - value));
}
