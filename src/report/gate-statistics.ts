import type { GateResult } from "../compare/results.js";

/** What the gates of one block do, averaged over channels and seeds. */
export interface GateStatistics {
  readonly site: string;
  readonly channels: number;
  /** Mean gate, 0–1. */
  readonly mean: number;
  /** Standard deviation of the mean gates from channel to channel: whether the block prefers some channels. */
  readonly acrossChannels: number;
  /** Standard deviation of a gate from image to image: whether the block looks at its input. */
  readonly acrossImages: number;
  /** Standard deviation of a gate's class means: whether the block tells classes apart. Undefined when not measured. */
  readonly acrossClasses: number | undefined;
}

/** A model whose gates were measured, once a seed. */
export interface GatedModel {
  readonly name: string;
  /** How many gates weigh places of a map instead of channels. */
  readonly spatialGates?: number;
  readonly runs: readonly { readonly seed: number; readonly gates: readonly GateResult[] }[];
}

/** Statistics of every attention block of a model, in the order of the network. */
export function gateStatistics(model: GatedModel): GateStatistics[] {
  return gatesBySite(model).map((seeds) => {
    const classes = seeds.map((gate) => gate.perClass && average(classSpread(gate.perClass)));
    return {
      site: seeds[0]!.site,
      channels: seeds[0]!.channels,
      mean: average(seeds.map((gate) => average(gate.mean))),
      acrossChannels: average(seeds.map((gate) => deviation(gate.mean))),
      acrossImages: average(seeds.map((gate) => average(gate.std))),
      acrossClasses: classes.every((value) => value !== undefined) ? average(classes) : undefined,
    };
  });
}

/** The gates of every block, one list per block with an entry per seed. */
export function gatesBySite({ runs }: GatedModel): GateResult[][] {
  return runs[0]!.gates.map(({ site }) => runs.flatMap((run) => run.gates.filter((gate) => gate.site === site)));
}

/**
 * What stands out, in a sentence or two: whether deep blocks tell classes apart more than early ones, as the paper
 * found (§7), and blocks that let everything pass or hardly move.
 */
export function describeGates(blocks: readonly GateStatistics[]): string {
  const sentences: string[] = [];
  const classes = blocks.map((block) => block.acrossClasses);
  if (blocks.length >= 3 && classes.every((value) => value !== undefined)) sentences.push(describeDepth(classes));
  const list = (found: readonly GateStatistics[]) => found.map((block) => block.site).join(", ");
  const open = blocks.filter((block) => block.mean > 0.9);
  const still = blocks.filter((block) => block.acrossImages < 0.01 && block.mean <= 0.9);
  if (open.length > 0) sentences.push(`Close to 1 for most channels, so that all passes: ${list(open)}.`);
  if (still.length > 0) {
    sentences.push(`The same whatever the image shows, so a constant scale would do: ${list(still)}.`);
  }
  return sentences.join(" ");
}

function describeDepth(spread: readonly number[]): string {
  const third = Math.max(1, Math.floor(spread.length / 3));
  const [early, late] = [average(spread.slice(0, third)), average(spread.slice(-third))];
  const numbers = `(spread across classes ${early.toFixed(3)} in the first third of the blocks, ${late.toFixed(3)} in the last)`;
  if (late > 1.5 * early) {
    return `The deeper the block, the more its gates depend on the class ${numbers}, as the paper found.`;
  }
  if (early > 1.5 * late) {
    return `Early blocks depend on the class more than deep ones ${numbers}; the paper found the opposite.`;
  }
  return `Gates depend on the class about as much in early as in deep blocks ${numbers}; in the paper deep ones did so more.`;
}

/** Standard deviation of every channel's class means. */
function classSpread(perClass: readonly (readonly number[])[]): number[] {
  return perClass[0]!.map((_, c) => deviation(perClass.map((channels) => channels[c]!).filter(Number.isFinite)));
}

const average = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function deviation(values: readonly number[]): number {
  const mean = average(values);
  return Math.sqrt(average(values.map((v) => (v - mean) ** 2)));
}
