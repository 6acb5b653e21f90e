import { Random } from "../random.js";
import type { SampledImage } from "./image-sample.js";
import type { Moments } from "./moments.js";

/** Numbers whose deviation is below this do not vary: it is the rounding of float32 and of engines. */
export const stillBelow = 1e-6;

/**
 * The share of a block's variance that lies between the means of classes, 0 to 1 (η²): what the class decides of the
 * gates. Of channels together, weighed by their variance; undefined where none varies.
 */
export function etaSquared(moments: Moments): number | undefined {
  const whole = moments.whole();
  let [between, total] = [0, 0];
  for (let c = 0; c < moments.channels; c++) {
    if (whole.deviation(0, c) < stillBelow) continue;
    total += whole.squares[c]!;
    for (let k = 0; k < moments.classes; k++) {
      if (moments.counts[k]! > 0) between += moments.counts[k]! * (moments.mean(k, c) - whole.means[c]!) ** 2;
    }
  }
  return total === 0 ? undefined : between / total;
}

/**
 * How much one class opens a channel more than the others do: (most − others) / (most + others) of the class means,
 * averaged over channels; 0 where no class differs, 1 where a channel is open for one class alone. Undefined with fewer
 * than two classes. Source: Morcos et al., arXiv:1803.06959; Hu et al., arXiv:1810.12348.
 */
export function selectivity(moments: Pick<Moments, "channels" | "classes" | "counts" | "means">): number | undefined {
  const { channels, classes, counts, means } = moments;
  let sum = 0;
  let present = 0;
  for (let k = 0; k < classes; k++) if (counts[k]! > 0) present++;
  if (present < 2) return undefined;
  for (let c = 0; c < channels; c++) {
    let [most, all] = [Number.NEGATIVE_INFINITY, 0];
    for (let k = 0; k < classes; k++) {
      if (counts[k] === 0) continue;
      const mean = means[k * channels + c]!;
      all += mean;
      most = Math.max(most, mean);
    }
    const others = (all - most) / (present - 1);
    const range = most + others;
    if (range > 0) sum += (most - others) / range;
  }
  return sum / channels;
}

/** A figure on the sampled images, beside what it would be if labels meant nothing. */
export interface AgainstChance {
  /** On the sampled images. */
  readonly value: number;
  /** Over permutations of the labels: the mean, and what 95 of 100 stay below. */
  readonly chance: number;
  readonly chance95: number;
  /** How likely chance alone makes one of all blocks stand out as much, 0 to 1. */
  readonly p: number;
}

/** What is measured of every block. */
export interface ClassDependence {
  readonly etaSquared: AgainstChance;
  readonly selectivity: AgainstChance;
}

/**
 * Holds the dependence of gates on the class against what permuted labels give. The same permutations serve all blocks,
 * and p says how often the block that stands out most, in standard deviations, does so as much: so one of many blocks is
 * not above chance by chance. Source: Westfall and Young 1993.
 * @returns undefined where fewer than two classes are there, or no class has two images: then every label explains all.
 */
export function againstChance(
  images: readonly SampledImage[],
  { permutations = 199, seed = 1 }: { permutations?: number; seed?: number } = {},
): ClassDependence[] | undefined {
  const names = [...new Set(images.map(({ label }) => label))];
  if (names.length < 2 || names.length === images.length) return undefined;
  const labels = Int32Array.from(images, ({ label }) => names.indexOf(label));
  const blocks = images[0]!.gates.map((_, b) => centred(images.map(({ gates }) => gates[b]!)));
  const random = new Random(seed, "permute");
  const draws = [labels, ...Array.from({ length: permutations }, () => random.permutation(labels.length))];
  const figures = draws.map((order, i) => {
    const own = i === 0 ? labels : Int32Array.from(order, (n) => labels[n]!);
    return blocks.map((block) => figuresOf(block, own, names.length));
  });
  const pick = (which: 0 | 1) => judged(figures.map((row) => row.map((pair) => pair[which])));
  const [eta, csi] = [pick(0), pick(1)];
  return blocks.map((_, b) => ({ etaSquared: eta[b]!, selectivity: csi[b]! }));
}

/** Gates [images, channels] of a block, less their means; of channels that do not vary nothing is left. */
interface Centred {
  readonly rows: readonly Float64Array[];
  readonly means: Float64Array;
  readonly total: number;
}

function centred(rows: readonly Float32Array[]): Centred {
  const channels = rows[0]!.length;
  const means = new Float64Array(channels);
  for (const row of rows) for (let c = 0; c < channels; c++) means[c]! += row[c]! / rows.length;
  const squares = new Float64Array(channels);
  const off = rows.map((row) => Float64Array.from(row, (value, c) => value - means[c]!));
  for (const row of off) for (let c = 0; c < channels; c++) squares[c]! += row[c]! ** 2;
  const still = squares.map((sum) => (Math.sqrt(sum / rows.length) < stillBelow ? 1 : 0));
  for (const row of off) for (let c = 0; c < channels; c++) if (still[c]) row[c] = 0;
  return { rows: off, means, total: squares.reduce((sum, value, c) => (still[c] ? sum : sum + value), 0) };
}

/** η² and selectivity of a block under some labels. */
function figuresOf({ rows, means, total }: Centred, labels: Int32Array, classes: number): readonly [number, number] {
  const channels = means.length;
  const counts = new Float64Array(classes);
  const sums = new Float64Array(classes * channels);
  for (const [n, row] of rows.entries()) {
    const first = labels[n]! * channels;
    counts[labels[n]!]! += 1;
    for (let c = 0; c < channels; c++) sums[first + c]! += row[c]!;
  }
  let between = 0;
  for (let k = 0; k < classes; k++) {
    for (let i = k * channels; i < (k + 1) * channels; i++) {
      sums[i]! /= counts[k]!;
      between += counts[k]! * sums[i]! ** 2;
      sums[i]! += means[i - k * channels]!;
    }
  }
  return [total === 0 ? 0 : between / total, selectivity({ channels, classes, counts, means: sums }) ?? 0];
}

/** @param figures of each draw, the true labels first, for each block. */
function judged(figures: readonly (readonly number[])[]): AgainstChance[] {
  const [true_, ...drawn] = figures as [readonly number[], ...(readonly number[])[]];
  const count = drawn.length;
  const chances = true_.map((_, b) => drawn.reduce((sum, row) => sum + row[b]!, 0) / count);
  const spreads = chances.map((mean, b) =>
    Math.sqrt(drawn.reduce((sum, row) => sum + (row[b]! - mean) ** 2, 0) / count),
  );
  const outstanding = (row: readonly number[], b: number) =>
    spreads[b]! < 1e-12 ? 0 : (row[b]! - chances[b]!) / spreads[b]!;
  const most = drawn.map((row) => Math.max(...row.map((_, b) => outstanding(row, b))));
  return true_.map((value, b) => {
    const own = outstanding(true_, b);
    const ordered = drawn.map((row) => row[b]!).sort((x, y) => x - y);
    return {
      value,
      chance: chances[b]!,
      chance95: ordered[Math.min(count - 1, Math.floor(0.95 * count))]!,
      p: (1 + most.filter((other) => other >= own).length) / (count + 1),
    };
  });
}
