import { UserError } from "../errors.js";

/** A table with named columns. */
export interface CsvTable {
  readonly columns: readonly string[];
  /** One list of cells per row, as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads values with a header, separated by commas, semicolons or tabs, as the header has them; cells in double quotes may hold commas, quotes (doubled) and line breaks.
 * Source: RFC 4180.
 * @throws UserError for a quote that never closes, and for a row with more or fewer cells than the header.
 */
export function parseCsv(text: string, source: string): CsvTable {
  const whole = text.replace(/^\ufeff/, "");
  // Excel may say the separator in a line of its own.
  const [, said] = /^"?sep=([,;\t])"?\r?\n/i.exec(whole) ?? [];
  const body = said === undefined ? whole : whole.slice(whole.indexOf("\n") + 1);
  const lines = cellsOf(body, said ?? separatorOf(body), source).filter(
    ({ cells }) => cells.length > 1 || cells[0] !== "",
  );
  const [header, ...rows] = lines;
  if (header === undefined) throw new UserError(`${source}: got an empty file; expected a header such as file,label`);
  for (const { cells, line } of rows) {
    if (cells.length === header.cells.length) continue;
    throw new UserError(
      `${source}: got ${cells.length} cells in line ${line}; expected ${header.cells.length} as in the header`,
    );
  }
  return { columns: header.cells.map((name) => name.trim()), rows: rows.map(({ cells }) => cells) };
}

interface Row {
  readonly cells: string[];
  /** Counted from 1. */
  readonly line: number;
}

/** The separator that the header has the most of. */
function separatorOf(text: string): string {
  const header = /^.*/.exec(text)![0].replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((sign) => ({ sign, count: header.split(sign).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).sign;
}

function cellsOf(text: string, separator: string, source: string): Row[] {
  const rows: Row[] = [];
  let row: Row = { cells: [], line: 1 };
  let line = 1;
  for (let at = 0; at <= text.length; ) {
    const quoted = text[at] === '"';
    const end = quoted ? closingQuote(text, at, source, line) + 1 : plainEnd(text, at, separator);
    const cell = text.slice(at, end);
    row.cells.push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    line += cell.split("\n").length - 1;
    at = end;
    if (text[at] === separator) {
      at++;
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    else if (at < text.length && text[at] !== "\n") {
      throw new UserError(
        `${source}: got text after a closing quote in line ${line}; expected a comma or the line's end`,
      );
    }
    rows.push(row);
    row = { cells: [], line: ++line };
    at++;
  }
  return rows;
}

function plainEnd(text: string, start: number, separator: string): number {
  let at = start;
  while (
    at < text.length &&
    text[at] !== separator &&
    text[at] !== "\n" &&
    !(text[at] === "\r" && text[at + 1] === "\n")
  ) {
    at++;
  }
  return at;
}

function closingQuote(text: string, start: number, source: string, line: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at;
    at++;
  }
  throw new UserError(`${source}: got a quote in line ${line} that never closes; expected a second one`);
}
