import type { Dataset } from "../../data/dataset.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import { writeNewFolder } from "../run/new-folder.js";
import { freshRunPath } from "../run/run-folder.js";

/**
 * Writes `results.json` and the page `report.html`, with pictures of the surest mistakes, into a new folder.
 * @param document the text of `results.json`.
 * @returns the path of the page.
 * @throws UserError when the folder holds something, or cannot be written.
 * @example
 * ```ts
 * import {
 *   evaluateClassifier,
 *   evaluationDocument,
 *   evaluationResults,
 *   findClassifier,
 *   nodeRuntime,
 *   openTestData,
 *   writeEvaluation,
 * } from "senet/node";
 *
 * const classifier = await findClassifier("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", classifier, { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const measured = await evaluateClassifier(runtime, classifier, dataset);
 * await runtime.close();
 * const finished = {
 *   ...measured,
 *   query: { model: "model.onnx" },
 *   classifier,
 *   spec: "glyphs",
 *   dataset,
 *   views: undefined,
 *   batch: 32,
 *   threads: 1,
 *   command: "my program",
 * };
 * const results = evaluationResults(finished);
 * const document = evaluationDocument(results, finished);
 * console.log(await writeEvaluation("runs/evaluated", results, document, dataset)); // runs/evaluated/report.html
 * ```
 */
export async function writeEvaluation(
  folder: string,
  results: EvaluationResults,
  document: string,
  dataset: Dataset,
): Promise<string> {
  const { withPictures } = await import("./pictures.js");
  return writeReport(folder, { ...results, mistakes: await withPictures(dataset, results.measured.surest) }, document);
}

/** Writes the same of results whose mistakes have their pictures. @throws as {@link writeEvaluation}. */
export async function writeReport(folder: string, results: EvaluationResults, document: string): Promise<string> {
  const { renderEvaluationReport } = await import("../../report/evaluation-page.js");
  const page = await renderEvaluationReport(results);
  const encode = (content: string) => new TextEncoder().encode(content);
  await writeNewFolder(
    folder,
    new Map([
      ["results.json", encode(document)],
      ["report.html", encode(page)],
    ]),
  );
  return `${folder}/report.html`;
}

/**
 * A folder for an evaluation that nobody used yet, named after model and data.
 * @example
 * ```ts
 * import { freshEvaluationPath } from "senet/node";
 *
 * const data = { name: "photos/test", classes: ["cat", "dog"], images: 2 };
 * console.log(/^runs.eval-model/.test(freshEvaluationPath({ model: "models/model.onnx", data }))); // true
 * ```
 */
export function freshEvaluationPath({ model, data }: Pick<EvaluationResults, "model" | "data">): string {
  return freshRunPath(`eval-${plainName(model)}-${plainName(data.name)}`);
}

/** The last part of a path or of a hub id, fit for the name of a folder. */
function plainName(text: string): string {
  const parts = text.split(/[/\\:]/).filter((part) => part !== "");
  const [last = "model", before] = parts.toReversed();
  const plain = /^(model|best|last)\.onnx$|\.csv$/.test(last); // names that say little: the folder's then
  const name = plain && before !== undefined ? before : last.replace(/\.onnx$/, "");
  return name.replace(/[^\w.-]+/g, "-");
}
