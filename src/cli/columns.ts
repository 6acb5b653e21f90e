/** Rows of text in columns, the first aligned to the left and numbers to the right, under a line of titles. */
export function columns(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, c) => Math.max(...all.map((row) => (row[c] ?? "").length)));
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
