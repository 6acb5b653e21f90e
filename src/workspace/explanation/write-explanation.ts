import type { ExplanationResults } from "../../report/explanation-results.js";
import { writeNewFolder } from "../run/new-folder.js";
import type { ExplainedModel } from "./explain-model.js";
import { explanationDocument, explanationTable, gateArrays } from "./explanation-results.js";

/**
 * Writes an explanation into a new folder: the page, its figures as SVG and PNG, every number as JSON, the table of
 * blocks as CSV, and the gates as `.npy`.
 * @returns the path of the page.
 * @throws UserError when the folder holds something, or cannot be written.
 */
export async function writeExplanation(
  folder: string,
  results: ExplanationResults,
  explained: Pick<ExplainedModel, "gates">,
): Promise<string> {
  const { renderExplanation } = await import("../../report/explanation-page.js");
  const { standaloneSvg } = await import("../../report/standalone-svg.js");
  const { default: sharp } = await import("sharp");
  const { page, figures } = await renderExplanation(results);
  const encode = (content: string) => new TextEncoder().encode(content);
  const files = new Map<string, Uint8Array>([
    ["report.html", encode(page)],
    ["explanation.json", encode(explanationDocument(results))],
    ["blocks.csv", encode(explanationTable(results))],
    ...gateArrays(results, explained),
  ]);
  for (const { name, chart } of figures) {
    const svg = encode(standaloneSvg(chart));
    files.set(`${name}.svg`, svg);
    files.set(`${name}.png`, await sharp(svg, { density: 144 }).png().toBuffer());
  }
  await writeNewFolder(folder, files);
  return `${folder}/report.html`;
}
