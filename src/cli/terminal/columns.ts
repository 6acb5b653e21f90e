import { shortened } from "./shortened.js";
import { visible } from "./visible.js";

/** As wide as terminals are at least. */
const lineWidth = 80;

/**
 * Rows of text in columns, the first aligned to the left and numbers to the right, under a line of titles.
 * Names are made {@link visible} first.
 * @param yielding the column whose texts are shortened where lines would be longer than 80 letters.
 */
export function columns(titles: readonly string[], texts: readonly (readonly string[])[], yielding?: number): string {
  const given = texts.map((row) => row.map(visible));
  const rows = yielding === undefined ? given : fitted(titles, given, yielding);
  const all = [titles, ...rows];
  const widths = widthsOf(all);
  const numeric = titles.map(
    (_, c) => rows.length > 0 && rows.every((row) => /^[+-]?[\d.,]*( [%A-Z]\w*)?$/.test(row[c] ?? "")),
  );
  const line = (row: readonly string[]) =>
    titles
      .map((_, c) => (numeric[c] ? (row[c] ?? "").padStart(widths[c]!) : (row[c] ?? "").padEnd(widths[c]!)))
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}

/** The rows with one column as narrow as lines of 80 letters need it. */
function fitted(titles: readonly string[], rows: readonly (readonly string[])[], column: number) {
  const widths = widthsOf([titles, ...rows]);
  const excess = widths.reduce((sum, width) => sum + width + 2, -2) - lineWidth;
  if (excess <= 0) return rows;
  const short = shortened(
    rows.map((row) => row[column] ?? ""),
    widths[column]! - excess,
  );
  return rows.map((row, i) => row.with(column, short[i]!));
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return rows[0]!.map((_, c) => Math.max(...rows.map((row) => (row[c] ?? "").length)));
}
