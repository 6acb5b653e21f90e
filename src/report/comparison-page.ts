import type { ComparisonResults } from "../compare/results.js";
import { html } from "./markup.js";
import { page } from "./page.js";
import { banner, title } from "./sections/banner.js";
import { classesSection } from "./sections/classes.js";
import { curvesSection } from "./sections/curves.js";
import { differenceSection } from "./sections/difference.js";
import { gatesSection } from "./sections/gates.js";
import { methodSection } from "./sections/method.js";
import { costSection, resultsSection } from "./sections/results-tables.js";

/**
 * Writes a comparison as one HTML page that needs nothing else: no script, no font, no image from outside. All text
 * from the results is escaped. The drawing library is loaded at the first call.
 * @returns the text of `report.html`.
 * @example
 * ```ts
 * import { readFile, writeFile } from "node:fs/promises";
 * import { parseResults, renderComparisonReport } from "senet/report";
 *
 * const results = parseResults(await readFile("results.json", "utf8"));
 * await writeFile("report.html", await renderComparisonReport(results));
 * ```
 */
export async function renderComparisonReport(results: ComparisonResults): Promise<string> {
  const charts = await import("./charts.js");
  return page(
    title(results),
    html`${banner(results)}
${resultsSection(results)}
${costSection(results)}
${differenceSection(results, charts)}
${curvesSection(results, charts)}
${classesSection(results, charts)}
${gatesSection(results, charts)}
${methodSection(results)}
<footer>Every number of this page is in results.json beside it, with the predictions of every run.</footer>`,
  ).text;
}
