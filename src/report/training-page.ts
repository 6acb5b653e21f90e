import { shortNames } from "./class-names.js";
import { html } from "./markup.js";
import { page } from "./page.js";
import { confusionsSection } from "./sections/confusions.js";
import { gatesSection } from "./sections/gates.js";
import { mistakesSection } from "./sections/mistakes.js";
import { perClassSection } from "./sections/per-class.js";
import { trainingBanner, trainingTitle } from "./sections/training-banner.js";
import { trainingCurvesSection } from "./sections/training-curves.js";
import { trainingMethodSection } from "./sections/training-method.js";
import { sortTables } from "./sort-tables.js";
import type { TrainingResults } from "./training-results.js";

/**
 * Writes a training as one HTML page that needs nothing else: no font and no file from outside; its few lines of
 * script only sort tables. All text from the results is escaped. The drawing library is loaded at the first call.
 * @returns the text of `report.html`.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { renderTrainingReport, Tally } from "senet/report";
 *
 * const tally = new Tally(2);
 * tally.add(Float32Array.of(2, 1), 0, 0);
 * tally.add(Float32Array.of(0, 3), 0, 1);
 * const { loss: testLoss, top1: testTop1 } = tally.read();
 * const trained = { lr: 0.1, trainLoss: 0.7, trainLosses: [0.7], trainTop1: 40, imagesPerSecond: 10, dataWait: 0 };
 * const page = await renderTrainingReport({
 *   created: new Date().toISOString(),
 *   command: "my program",
 *   environment: { senet: "", node: process.version, onnxruntime: "", cpu: "", cores: 1, os: process.platform },
 *   model: "net",
 *   data: { name: "pets", classes: ["cat", "dog"], train: 8, test: 2 },
 *   seed: 1,
 *   facts: [["batch", "4 images"]],
 *   epochs: [{ epoch: 1, ...trained, testLoss, testTop1, seconds: 1 }],
 *   kept: { epoch: 1, averaged: false },
 *   measured: tally.read(),
 *   mistakes: [],
 *   gates: [],
 *   spatialGates: 0,
 * });
 * await writeFile("report.html", page);
 * ```
 */
export async function renderTrainingReport(results: TrainingResults): Promise<string> {
  const charts = await import("./charts.js");
  const { model, seed, gates, spatialGates, measured, mistakes } = results;
  const names = shortNames(results.data.classes);
  return page(
    trainingTitle(results),
    html`${trainingBanner(results)}
${trainingCurvesSection(results, charts)}
${confusionsSection(measured, names, charts, "")}
${mistakesSection(mistakes, names)}
${perClassSection(measured, names)}
${gatesSection({ models: [{ name: model, spatialGates, runs: [{ seed, gates }] }] }, charts)}
${trainingMethodSection(results)}
<footer>The records of all epochs are in metrics.jsonl beside this page.</footer>`,
    { script: sortTables },
  ).text;
}
