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
