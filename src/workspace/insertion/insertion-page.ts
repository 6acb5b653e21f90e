import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { optionError } from "../../errors.js";
import { countParameters, type Graph } from "../../graph/graph.js";
import type { Inserted } from "../../insert/insert-attention.js";
import { outline } from "../../insert/outline.js";
import { formatAttention, type SomeAttention } from "../../layers/attention/attention.js";
import { renderInsertionReport } from "../../report/insertion-page.js";

/** What the page is about. */
export interface InsertionToShow {
  /** The name of the model, or its path. */
  readonly path: string;
  readonly source: Graph;
  readonly inserted: Inserted;
  readonly attention: SomeAttention;
  readonly start: "identity" | "paper";
}

/**
 * Writes the page of an insertion to a new file. @throws UserError when it is there already or cannot be written.
 * @example
 * ```ts
 * import { stat } from "node:fs/promises";
 * import { insertIntoModel, writeInsertionPage } from "senet/node";
 *
 * const attention = { kind: "se" } as const;
 * const { source, inserted } = await insertIntoModel("plain.onnx", { attention });
 * const shown = { path: "plain.onnx", source: source.model.graph, inserted, attention, start: "identity" } as const;
 * writeInsertionPage("inserted.html", shown);
 * console.log((await stat("inserted.html")).isFile()); // true
 * ```
 */
export function writeInsertionPage(file: string, insertion: InsertionToShow): void {
  const page = insertionPage(insertion);
  try {
    writeFileSync(file, page, { flag: "wx" });
  } catch (error) {
    throw optionError("report", `cannot write ${file} (${(error as Error).message}); choose another place`);
  }
}

/**
 * Renders the HTML page that shows a network after an insertion, each block as one unit.
 * @example
 * ```ts
 * import { insertionPage, insertIntoModel } from "senet/node";
 *
 * const attention = { kind: "se" } as const;
 * const { source, inserted } = await insertIntoModel("plain.onnx", { attention });
 * const shown = { path: "plain.onnx", source: source.model.graph, inserted, attention, start: "identity" } as const;
 * console.log(insertionPage(shown).includes("<svg")); // true
 * ```
 */
export function insertionPage({ path, source, inserted, attention, start }: InsertionToShow): string {
  const { graph, sites, gated, scaled } = inserted;
  const kind = attention.kind.toUpperCase();
  const rows = outline(inserted, source).map((row) => {
    const site = row.kind === "block" ? sites.find(({ name }) => name === row.name) : undefined;
    if (site === undefined) return row;
    const widths =
      site.hidden === undefined ? `${site.channels}` : `${site.channels} → ${site.hidden} → ${site.channels}`;
    return { ...row, label: `${kind} ${widths}  ${site.name}` };
  });
  return renderInsertionReport({
    model: basename(path),
    kind,
    attention: formatAttention(attention),
    start,
    params: { before: countParameters(source), after: countParameters(graph) },
    blocks: sites,
    gated: gated.map(({ name }) => name.replace(/[._][^._]*$/, "")),
    rescaled: [...scaled].map(([name, { exponent }]) => ({ name, by: 2 ** exponent })),
    rows,
  });
}
