import type { InsertedSite } from "../insert/insert-attention.js";
import type { OutlineRow } from "../insert/outline.js";
import { type Html, html } from "./markup.js";
import { networkDrawing } from "./network-drawing.js";
import { page } from "./page.js";
import { table } from "./sections/markup-table.js";

/** What was inserted into a model. */
export interface InsertionResults {
  /** The file it was put into; the block as a title has it, `SE`, and as the command line does. */
  readonly model: string;
  readonly kind: string;
  readonly attention: string;
  readonly start: "identity" | "paper";
  readonly params: { readonly before: number; readonly after: number };
  readonly blocks: readonly InsertedSite[];
  /** Names of units that have a gate and were left alone. */
  readonly gated: readonly string[];
  /** Tensors that were multiplied so that the answers stay, with their factors. */
  readonly rescaled: readonly { readonly name: string; readonly by: number }[];
  readonly rows: readonly OutlineRow[];
}

const count = (n: number | undefined) => (n === undefined ? "–" : n.toLocaleString("en-US"));

/**
 * Writes an insertion as one HTML page that needs nothing else: the network with each block as one unit, and what they
 * take.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { countParameters, createModel, insertAttention } from "senet";
 * import { outline } from "senet/insert";
 * import { renderInsertionReport } from "senet/report";
 *
 * const plain = createModel("resnet20");
 * const inserted = insertAttention(plain);
 * const page = renderInsertionReport({
 *   model: "resnet20",
 *   kind: "SE",
 *   attention: "se",
 *   start: "identity",
 *   params: { before: countParameters(plain), after: countParameters(inserted.graph) },
 *   blocks: inserted.sites,
 *   gated: [],
 *   rescaled: [],
 *   rows: outline(inserted, plain),
 * });
 * await writeFile("report.html", page);
 * ```
 */
export function renderInsertionReport(results: InsertionResults): string {
  const { model, kind, attention, params, blocks, start, gated } = results;
  const title = `${kind} in ${model}`;
  const share = ((100 * (params.after - params.before)) / params.before).toFixed(2);
  return page(
    title,
    html`<p class="eyebrow">senet insertion · ${attention}</p>
<h1>${title}</h1>
<p class="lead">${startText(start)}</p>
<section><dl class="tiles">
${tile("blocks", count(blocks.length), gated.length > 0 ? `${gated.length} units with a gate left alone` : undefined)}
${tile("parameters", count(params.after), `+${share} % of ${count(params.before)}`)}
${tile("MACs more", count(sum(blocks.map(({ macs }) => macs))), "an image")}
</dl></section>
<section><h2>The network</h2>
<p class="note">From top to bottom. Squares are the blocks, each as one unit; the line beside the dots is what passes a unit by.
Pointing at a row shows its name.</p>
<div class="scroll" tabindex="0">${networkDrawing(results.rows, `The network with ${blocks.length} blocks`)}</div></section>
<section><h2>The blocks</h2>
${blocksTable(blocks)}
${gated.length > 0 && html`<p class="note">Left alone, as they have a gate: ${gated.join(", ")}.</p>`}</section>
${results.rescaled.length > 0 && rescaledSection(results.rescaled)}`,
    { style: drawingStyle },
  ).text;
}

function startText(start: InsertionResults["start"]): string {
  return start === "identity"
    ? "The network gives the answers that it gave; every block can learn from the first step on."
    : "The blocks have the usual first weights, so the answers are others until the network is trained.";
}

function sum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce((total, n) => (total === undefined || n === undefined ? undefined : total + n), 0);
}

function tile(name: string, value: string, note?: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong>${note && html`<span>${note}</span>`}</dd></div>`;
}

function blocksTable(blocks: readonly InsertedSite[]): Html {
  return table(
    "Stages are numbered by the size of maps; multiply-accumulates are those of the block for one image.",
    [
      { head: "block", text: true, cell: ({ name }) => name },
      { head: "stage", cell: ({ stage, block }) => `${stage}.${block}` },
      { head: "place", text: true, cell: ({ kind }) => kind },
      { head: "channels", cell: ({ channels }) => count(channels) },
      { head: "hidden", cell: ({ hidden }) => count(hidden) },
      { head: "parameters", cell: ({ params }) => count(params) },
      { head: "MACs", cell: ({ macs }) => count(macs) },
    ],
    blocks,
  );
}

function rescaledSection(rescaled: InsertionResults["rescaled"]): Html {
  return html`<section><h2>What makes up for the gates</h2>
<p>A gate starts at ½. So that the answers stay, these tensors are multiplied by powers of two, which rounds nothing.</p>
${table(
  "The tensors and their factors.",
  [
    { head: "tensor", text: true, cell: ({ name }) => name },
    { head: "times", cell: ({ by }) => String(by) },
  ],
  rescaled,
)}</section>`;
}

const drawingStyle = `
.network { display: block; font-size: 13px; }
.network text { fill: var(--ink); } .network .shape { fill: var(--muted); font-variant-numeric: tabular-nums; }
.network .lines { opacity: 0.55; } .network .lines path { fill: none; stroke: var(--muted); stroke-width: 1.5; }
.network circle { fill: var(--muted); stroke: var(--surface); stroke-width: 1.5; }
.network .join circle { fill: var(--surface); stroke: var(--muted); stroke-width: 2; }
.network rect { fill: var(--model-1); stroke: var(--surface); stroke-width: 1.5; }
.network .block text:first-of-type { fill: var(--model-1); font-weight: 600; }
.network .gate rect { fill: var(--model-2); } .network .gate text:first-of-type { fill: var(--model-2); }
`;
