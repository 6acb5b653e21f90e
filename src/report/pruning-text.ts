import type { PairedDifference } from "../evaluate/paired-difference.js";
import { fixed, formatCount, formatMacs, signed } from "./format.js";
import { setColumns, wrapText } from "./text-columns.js";

/** What the table of a pruning says. */
export interface PruningResults {
  readonly by: string;
  readonly keep: number;
  readonly images: number;
  readonly epochs: number;
  readonly whole: { readonly macs: number; readonly parameters: number; readonly top1: number };
  readonly rows: readonly {
    readonly by: string;
    readonly keep: number;
    readonly macs: number;
    readonly top1: number;
    readonly change: Pick<PairedDifference, "mean" | "interval">;
    readonly tuned?:
      | { readonly top1: number; readonly change: Pick<PairedDifference, "mean" | "interval"> }
      | undefined;
  }[];
  readonly latency: { readonly before: number; readonly after: number };
}

/**
 * The curve of accuracy against multiply-accumulates as a table of 80 columns: channels taken by gates, by their weights
 * and at random.
 * @returns lines joined by "\n", without a final one.
 */
export function renderPruning({ whole, rows, images, epochs, latency, keep, by }: PruningResults): string {
  const tuned = rows.some((row) => row.tuned !== undefined);
  const change = (of: Pick<PairedDifference, "mean" | "interval"> | undefined) => {
    if (of === undefined) return "";
    const [low, high] = of.interval.map((end) => fixed(100 * end, 1));
    return `${signed(100 * of.mean, 1)} (${low} to ${high})`;
  };
  const times = latency.before / latency.after;
  return [
    ...wrapText(
      `The whole network: ${formatMacs(whole.macs)} MACs, ${formatCount(whole.parameters)} parameters, top-1 ${fixed(whole.top1)} % of ${formatCount(images)} images.`,
    ),
    "",
    ...setColumns({ head: "keep", cells: rows.map((row) => String(row.keep)) }, [
      { head: "by", cells: rows.map((row) => row.by) },
      { head: "MACs", cells: rows.map(({ macs }) => formatMacs(macs)) },
      { head: "top-1", cells: rows.map(({ top1 }) => fixed(top1)) },
      { head: "points (95 %)", cells: rows.map((row) => change(row.change)) },
      ...(tuned
        ? [
            {
              head: `after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`,
              cells: rows.map((row) => (row.tuned ? fixed(row.tuned.top1) : "")),
            },
          ]
        : []),
    ]),
    "",
    ...wrapText(
      `Written: ${keep} by ${by}. One image takes ${fixed(latency.after, 2)} ms, before ${fixed(latency.before, 2)} ms: ` +
        `${fixed(times, 2)} times as fast.`,
    ),
  ].join("\n");
}
