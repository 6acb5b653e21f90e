import type { OutlineRow } from "../insert/outline.js";
import { type Html, html } from "./markup.js";

/** Where a row stands: the lane of its dot, and the last row that its value goes to. */
interface Placed {
  readonly lane: number;
  readonly end: number;
}

const rowHeight = 24;
const laneWidth = 16;
const margin = 14;
/** Of a letter of a bold label, about; and what a shape takes beside it. */
const [letterWidth, shapeWidth] = [7.4, 130];

/**
 * Draws a network like the history of a version control system: a row a step, from top to bottom, and a lane for every
 * map that is still wanted, so that shortcuts run beside what they pass.
 */
export function networkDrawing(rows: readonly OutlineRow[], label: string): Html {
  const placed = lanesOf(rows);
  const lanes = Math.max(...placed.map(({ lane }) => lane)) + 1;
  const textAt = margin * 2 + lanes * laneWidth;
  const longest = Math.max(...rows.map((row) => row.label.length));
  const shapeAt = textAt + Math.max(420, longest * letterWidth + shapeWidth);
  const width = Math.ceil(shapeAt + margin);
  const height = rows.length * rowHeight + margin;
  const x = (row: number) => margin + placed[row]!.lane * laneWidth;
  const y = (row: number) => margin + row * rowHeight;
  const lines = rows.flatMap(({ inputs }, to) => inputs.map((from) => line([x(from), y(from)], [x(to), y(to)])));
  return html`<svg class="network" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
<g class="lines">${lines}</g>
${rows.map((row, i) => step(row, { x: x(i), y: y(i), textAt, shapeAt }))}
</svg>`;
}

/** Down the lane of the value, and over to the reader's in the row before it. */
function line([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): Html {
  const turn = y1 - rowHeight;
  const over = x0 === x1 ? "" : `C${x0} ${turn + rowHeight / 2} ${x1} ${turn + rowHeight / 2} ${x1} ${y1}`;
  return html`<path d="M${x0} ${y0}V${x0 === x1 ? y1 : turn}${over}"/>`;
}

function step(
  { kind, label, shape, name }: OutlineRow,
  at: Readonly<Record<"x" | "y" | "textAt" | "shapeAt", number>>,
): Html {
  const mark =
    kind === "block" || kind === "gate"
      ? html`<rect x="${at.x - 6}" y="${at.y - 6}" width="12" height="12" rx="3"/>`
      : html`<circle cx="${at.x}" cy="${at.y}" r="${kind === "join" ? 5 : 4}"/>`;
  const text = kind === "gate" ? "a gate that was there" : label;
  return html`<g class="${kind}"><title>${name}</title>${mark}<text x="${at.textAt}" y="${at.y + 4}">${text}</text><text class="shape" x="${at.shapeAt}" y="${at.y + 4}" text-anchor="end">${shape}</text></g>
`;
}

/**
 * Each value keeps its lane until its last reader; a reader goes on in the lane of an input that ends there, or a free
 * one.
 */
export function lanesOf(rows: readonly OutlineRow[]): Placed[] {
  const ends = rows.map((_, row) => rows.findLastIndex(({ inputs }) => inputs.includes(row)));
  const busy: number[] = []; // by lane, the row up to which it is taken
  return rows.map(({ inputs }, row): { lane: number; end: number } => {
    const end = Math.max(ends[row]!, row);
    const ending = busy.indexOf(row);
    const free = busy.findIndex((until) => until < row);
    const lane = inputs.length > 0 && ending >= 0 ? ending : free >= 0 ? free : busy.length;
    for (const [other, until] of busy.entries()) if (until === row) busy[other] = row - 0.5;
    busy[lane] = end;
    return { lane, end };
  });
}
