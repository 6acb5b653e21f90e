/** One column of a plain-text table: a heading and a cell per row. */
export interface TextColumn {
  readonly head: string;
  readonly cells: readonly string[];
}

/**
 * Sets columns side by side, the first aligned left and the others right. Columns that do not fit the width go into
 * further blocks below, each beginning with the first column again.
 * @param width in characters.
 * @returns lines without trailing blanks; blocks are separated by an empty line.
 */
export function setColumns(first: TextColumn, columns: readonly TextColumn[], width = 80): string[] {
  const lead = columnWidth(first);
  const blocks: TextColumn[][] = [[]];
  let used = lead;
  for (const column of columns) {
    const room = gap.length + columnWidth(column);
    if (used + room > width && blocks.at(-1)!.length > 0) {
      blocks.push([]);
      used = lead;
    }
    blocks.at(-1)!.push(column);
    used += room;
  }
  const line = (block: readonly TextColumn[], pick: (column: TextColumn) => string) =>
    [pick(first).padEnd(lead), ...block.map((c) => pick(c).padStart(columnWidth(c)))].join(gap).trimEnd();
  return blocks.flatMap((block, k) => [
    ...(k > 0 ? [""] : []),
    line(block, (column) => column.head),
    ...first.cells.map((_, row) => line(block, (column) => column.cells[row] ?? "")),
  ]);
}

/** Breaks text into lines of at most `width` characters, between words and never before
 * a "%"; a longer word keeps a line of its own. */
export function wrapText(text: string, width = 80): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?!%)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The end of a long name, which tells file paths apart: "…/export/model.onnx". */
export function shorten(name: string, length = 24): string {
  return name.length > length ? `…${name.slice(1 - length)}` : name;
}

const gap = "   ";

const columnWidth = (column: TextColumn): number => Math.max(column.head.length, ...column.cells.map((c) => c.length));
