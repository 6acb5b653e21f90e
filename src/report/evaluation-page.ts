import { shortNames } from "./class-names.js";
import type { EvaluationResults } from "./evaluation-results.js";
import { html } from "./markup.js";
import { page } from "./page.js";
import { calibrationSection } from "./sections/calibration.js";
import { confusionsSection } from "./sections/confusions.js";
import { evaluationMethodSection } from "./sections/evaluation-method.js";
import { mistakesSection } from "./sections/mistakes.js";
import { perClassSection } from "./sections/per-class.js";
import { scoreBanner, scoreTitle } from "./sections/score-banner.js";
import { sortTables } from "./sort-tables.js";

/**
 * Writes an evaluation as one HTML page that needs nothing else: no font and no file from outside; its few lines of
 * script only sort tables. All text from the results is escaped. The drawing library is loaded at the first call.
 * @returns the text of `report.html`.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { renderEvaluationReport, Tally } from "senet/report";
 *
 * const tally = new Tally(2);
 * tally.add(Float32Array.of(2, 1), 0, 0);
 * tally.add(Float32Array.of(0, 3), 0, 1);
 * const page = await renderEvaluationReport({
 *   created: new Date().toISOString(),
 *   command: "my program",
 *   environment: { senet: "", node: process.version, onnxruntime: "", cpu: "", cores: 1, os: process.platform },
 *   model: "net",
 *   data: { name: "pets", classes: ["cat", "dog"], images: 2 },
 *   measured: tally.read(),
 *   skipped: 0,
 *   partial: false,
 *   imagesPerSecond: 100,
 *   settings: [],
 *   mistakes: [],
 * });
 * await writeFile("report.html", page);
 * ```
 */
export async function renderEvaluationReport(results: EvaluationResults): Promise<string> {
  const charts = await import("./charts.js");
  const names = shortNames(results.data.classes);
  return page(
    scoreTitle(results),
    html`${scoreBanner(results)}
${calibrationSection(results.measured.calibration, charts)}
${confusionsSection(results.measured, names, charts)}
${mistakesSection(results.mistakes, names)}
${perClassSection(results.measured, names)}
${evaluationMethodSection(results)}
<footer>Every number of this page is in results.json beside it.</footer>`,
    { script: sortTables },
  ).text;
}
