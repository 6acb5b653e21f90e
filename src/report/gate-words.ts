import type { BlockGates } from "../explain/gate-tally.js";
import type { SwitchRow, SwitchTable } from "../explain/switch-off.js";
import type { SwitchMode } from "../explain/switches.js";
import type { ExplanationResults } from "./explanation-results.js";
import { fixed, formatCount, signed } from "./format.js";

/** A rise of the loss by less than this, in nats, is as good as none. */
const small = 0.01;

/** Chance of one block among all that stands out as much: below this a figure is above chance. */
const sure = 0.05;

/** What a block was found to be. */
export type GateRole = "constant" | "a scale would do" | "looks at the image" | "cannot tell";

/** The row of a block, or with no block of all together, in the table of switched-off gates. */
export function switchRow(table: SwitchTable, site: string | undefined, mode: SwitchMode): SwitchRow | undefined {
  return table.rows.find((row) => row.site === site && row.mode === mode);
}

/**
 * What the figures allow to say of a block: its gates do not move; they move, but their mean gives the same answers; the
 * answers get worse with their mean; or neither is sure.
 */
export function roleOf(block: BlockGates, table: SwitchTable | undefined): GateRole {
  if (block.constant === block.channels) return "constant";
  const mean = table && switchRow(table, block.site, "mean")?.loss;
  if (mean === undefined) return "cannot tell";
  if (mean.interval[0] > 0) return "looks at the image";
  return mean.interval[1] < small ? "a scale would do" : "cannot tell";
}

/** A paragraph on one block, with the figures behind it. */
export function describeBlock(block: BlockGates, table: SwitchTable | undefined): string {
  const mean = average(block.all.mean);
  const parts = [`Gates of ${fixed(mean)} on average`];
  if (block.low > 0.2) parts.push(`${percent(block.low)} below 0.05`);
  if (block.high > 0.2) parts.push(`${percent(block.high)} above 0.95`);
  const sentences = [`${parts.join(", ")}.`, constancy(block), aboutClasses(block), aboutSqueeze(block)];
  const role = table && roleOf(block, table);
  if (table !== undefined && role !== undefined) sentences.push(aboutSwitching(block, table, role));
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

function constancy({ constant, channels }: BlockGates): string {
  if (constant === 0) return "";
  return constant === channels ? "None moves from image to image." : `${constant} of ${channels} channels do not move.`;
}

function aboutClasses({ againstChance, etaSquared }: BlockGates): string {
  if (etaSquared === undefined || againstChance === undefined) return "";
  const { p, chance, value } = againstChance.etaSquared;
  const figures = `η² ${fixed(value)}, by chance ${fixed(chance)}, p ${p < 0.01 ? "below 0.01" : fixed(p)}`;
  return p <= sure
    ? `The class decides part of them (${figures}).`
    : `Nothing shows that the class matters (${figures}).`;
}

function aboutSqueeze({ correlation }: BlockGates): string {
  const known = correlation.filter((r) => r !== undefined);
  if (known.length === 0) return "";
  const negative = known.filter((r) => r < 0).length / known.length;
  return `Squeeze and gate correlate by ${signed(average(known))} on average, below 0 in ${percent(negative)} of channels.`;
}

function aboutSwitching(block: BlockGates, table: SwitchTable, role: GateRole): string {
  const effect = (mode: SwitchMode) => {
    const loss = switchRow(table, block.site, mode)?.loss;
    return loss === undefined
      ? "—"
      : `${lossChange(loss.mean)} (${loss.interval.map((end) => lossChange(end)).join(" to ")})`;
  };
  const figures = `loss ${effect("mean")} with their mean, ${effect("one")} with 1, ${effect("shuffled")} with those of another image`;
  const says: Record<GateRole, string> = {
    constant: "Their mean is what they are",
    "a scale would do": "A constant scale would do as well",
    "looks at the image": "They are of use because they look at the image",
    "cannot tell": "These images cannot tell whether a constant scale would do",
  };
  return `${says[role]}: ${figures}.`;
}

/** The trend over depth, and what all gates together are worth. */
export function describeNetwork({ blocks, switched }: Pick<ExplanationResults, "blocks" | "switched">): string {
  const sentences: string[] = [];
  const eta = blocks.map((block) => block.againstChance?.etaSquared);
  if (blocks.length >= 3 && eta.every((one) => one !== undefined)) {
    const above = eta.filter(({ p }) => p <= sure).length;
    const third = Math.max(1, Math.floor(blocks.length / 3));
    const excess = eta.map(({ value, chance }) => value - chance);
    const [early, late] = [average(excess.slice(0, third)), average(excess.slice(-third))];
    sentences.push(
      above === 0
        ? "In no block do the gates depend on the class more than chance allows."
        : `In ${above} of ${blocks.length} blocks the gates depend on the class more than chance allows: the class explains ` +
            `${percent(early)} of their variance beyond chance in the first third of the blocks and ${percent(late)} in the last` +
            `${late > early ? ", so deep blocks are the more class-specific, as in the paper" : ", unlike in the paper"}.`,
    );
  }
  if (switched !== undefined) sentences.push(describeSwitching(blocks, switched));
  return sentences.join(" ");
}

function describeSwitching(blocks: readonly BlockGates[], table: SwitchTable): string {
  const of = (role: GateRole) => blocks.filter((block) => roleOf(block, table) === role).length;
  const idle = of("constant") + of("a scale would do");
  const all = (mode: SwitchMode) => {
    const row = switchRow(table, undefined, mode);
    return row === undefined ? "—" : `${signed(100 * row.accuracy.mean, 1)} points`;
  };
  return (
    `Of ${blocks.length} blocks ${idle} could be constants by themselves, and ${of("looks at the image")} look at the image. ` +
    `With all gates at their means accuracy changes by ${all("mean")}, with all at 1 by ${all("one")}, ` +
    `with those of another image by ${all("shuffled")}.`
  );
}

/** Whether classes could be compared at all; if not, why. */
export function classNote({ blocks, measured }: Pick<ExplanationResults, "blocks" | "measured">): string {
  if (blocks.every(({ againstChance }) => againstChance !== undefined)) return "";
  const classes = measured.confusion.filter((row) => row.some((count) => count > 0)).length;
  return classes < 2
    ? "All images are of one class, so nothing can be said of classes."
    : "Each class has one image, so nothing can be said of classes: more images of each are needed.";
}

/** A difference with its sign, with fewer decimals where it is large. */
export function lossChange(value: number, decimals = 3): string {
  const size = Math.abs(value);
  if (size >= 1000) return `${value > 0 ? "+" : "−"}${formatCount(size)}`;
  return signed(value, size >= 10 ? Math.min(decimals, 1) : decimals);
}

function percent(share: number): string {
  return `${fixed(100 * share, 0)} %`;
}

/** The mean of numbers. */
export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
