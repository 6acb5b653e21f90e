import type { Summary } from "../account/summary.js";
import { formatCount } from "./format.js";
import { setColumns, shorten, type TextColumn } from "./text-columns.js";

const lineWidth = 80;

/**
 * A summary as a table of at most 80 columns, with the totals and the share of attention below.
 * @returns lines joined by "\n", without a final one.
 * @example
 * ```ts
 * import { createModel, formatSummary, summary } from "senet";
 *
 * const table = formatSummary(summary(createModel("seresnet20")));
 * console.log(table.split("\n").at(-2)); // parameters  274,847, of which attention 2,373 (0.86 %)
 * ```
 */
export function formatSummary({ name, input, layers, params, macs, attention }: Summary): string {
  const columns: TextColumn[] = [
    { head: "kind", cells: layers.map(({ kind }) => kind.replace("Normalization", "Norm")) },
    { head: "output", cells: layers.map(({ output }) => output.join("×")) },
    { head: "params", cells: layers.map((layer) => formatCount(layer.params)) },
    { head: "MACs", cells: layers.map((layer) => formatCount(layer.macs)) },
  ];
  const widths = columns.map(({ head, cells }) => Math.max(head.length, ...cells.map((cell) => cell.length)) + 3);
  const room = lineWidth - widths.reduce((sum, width) => sum + width, 0);
  const names: TextColumn = { head: "layer", cells: layers.map((layer) => shorten(layer.name, Math.max(8, room))) };
  const total = (whole: number, part: number) => `${formatCount(whole)}, of which attention ${share(part, whole)}`;
  return [
    `${name}, input ${input.join("×")}`,
    ...setColumns(names, columns),
    "",
    `parameters  ${total(params, attention.params)}`,
    `MACs        ${total(macs, attention.macs)}`,
  ].join("\n");
}

/** `2,373 (0.86 %)`. */
function share(part: number, whole: number): string {
  return `${formatCount(part)} (${whole > 0 ? ((100 * part) / whole).toFixed(2) : "0.00"} %)`;
}
