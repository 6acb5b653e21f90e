import { basename, dirname, resolve } from "node:path";
import { usualRounding } from "../../data/centre-crop.js";
import type { Dataset } from "../../data/dataset.js";
import { perClassAccuracy } from "../../evaluate/metrics.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import { renderScores } from "../../report/score-text.js";
import type { Classifier } from "../../workspace/classifier/open-classifier.js";
import { describeFraming } from "../../workspace/data/describe-framing.js";
import { commandLine, environment } from "../../workspace/run/environment.js";
import { checkNewFolder, writeNewFolder } from "../../workspace/run/new-folder.js";
import { freshRunPath } from "../../workspace/run/run-folder.js";
import type { EvalFlags, Measured } from "./eval.js";

/** What was measured, and of what. */
interface Finished extends Measured {
  readonly classifier: Classifier;
  readonly dataset: Dataset;
  readonly batch: number;
  readonly threads: number;
}

/**
 * What prints the figures and writes the report.
 * @returns a function that gives the path of the page; undefined where none is written.
 * @throws UserError before anything is measured when the folder of `--out` holds something.
 */
export async function newReport(flags: EvalFlags): Promise<(found: Finished) => Promise<string | undefined>> {
  if (flags.out !== undefined) await checkNewFolder(flags.out);
  return async (found) => {
    const { tally, dataset } = found;
    if (tally.images === 0) return undefined;
    const { withPictures } = await import("../../workspace/data/pictures.js");
    const results = resultsOf(flags, found);
    const text = document(results, found);
    process.stdout.write(flags.json ? text : `${renderScores(results)}\n`);
    if (!flags.report) return undefined;
    const { renderEvaluationReport } = await import("../../report/evaluation-page.js");
    const mistakes = await withPictures(dataset, results.measured.surest);
    const page = await renderEvaluationReport({ ...results, mistakes });
    const folder = flags.out ?? freshRunPath(`eval-${plainName(flags.model)}-${plainName(results.data.name)}`);
    const encode = (content: string) => new TextEncoder().encode(content);
    await writeNewFolder(
      folder,
      new Map([
        ["results.json", encode(text)],
        ["report.html", encode(page)],
      ]),
    );
    return `${folder}/report.html`;
  };
}

function resultsOf(flags: EvalFlags, found: Finished): EvaluationResults {
  const { tally, seconds, stopped, classifier, dataset } = found;
  return {
    created: new Date().toISOString(),
    command: commandLine(),
    environment: environment(),
    model: flags.model,
    data: { name: dataName(flags.data, dataset), classes: dataset.classes, images: dataset.test.length },
    measured: tally.read(),
    skipped: dataset.test.skipped?.size ?? 0,
    partial: stopped !== undefined,
    imagesPerSecond: tally.images / seconds,
    settings: settingsOf(flags, classifier, found),
    mistakes: [],
  };
}

function settingsOf(
  { model, weights, tta }: EvalFlags,
  { preprocessing }: Classifier,
  { batch, threads }: Pick<Finished, "batch" | "threads">,
): (readonly [string, string])[] {
  const { height, width, interpolation, rounding = usualRounding(preprocessing), mean, std } = preprocessing;
  const views = {
    flip: "image and mirror image, logits averaged",
    "ten-crop": "four corners and middle, each with its mirror image, logits averaged",
  };
  return [
    ["model", model],
    ...(weights === undefined ? [] : [["weights", weights] as const]),
    ["input", `${mean.length}×${height}×${width}`],
    ["image files", `${describeFraming(preprocessing)}, ${interpolation}, rounded as ${rounding}; the middle`],
    ["mean", mean.join(", ")],
    ["std", std.join(", ")],
    ["views", tta === undefined ? "one" : views[tta]],
    ["batch", `${batch} images, ${threads} ${threads === 1 ? "thread" : "threads"}`],
  ];
}

/** The text of `results.json`, and of `--json`. */
function document(results: EvaluationResults, { predictions, classifier, seconds }: Finished): string {
  const { model, data, measured, partial, skipped, imagesPerSecond, created, command, environment } = results;
  const { images, top1, top5, loss, calibration, confusion, classTop5, surest } = measured;
  const { mean, std, ...rest } = classifier.preprocessing;
  return `${JSON.stringify({
    ...{ created, command, environment, model, data: data.name, images, of: data.images, partial, skipped },
    ...{ top1, top5, loss, calibration, seconds, imagesPerSecond, preprocessing: { ...rest, mean, std } },
    ...{ classes: data.classes, perClass: perClassAccuracy(confusion), classTop5, confusion, surest },
    ...(predictions && { predictions: [...predictions] }),
  })}\n`;
}

/** The dataset's name; of a table, whose own says little, with its folder's. */
function dataName(spec: string, { name }: Dataset): string {
  const folder = /^csv:/.test(spec) ? basename(dirname(resolve(spec.slice("csv:".length)))) : "";
  return folder === "" ? name : `${folder}/${name}`;
}

/** The last part of a path or of a hub id, fit for the name of a folder. */
function plainName(text: string): string {
  const parts = text.split(/[/\\:]/).filter((part) => part !== "");
  const [last = "model", before] = parts.toReversed();
  const plain = /^(model|best|last)\.onnx$|\.csv$/.test(last); // names that say little: the folder's then
  const name = plain && before !== undefined ? before : last.replace(/\.onnx$/, "");
  return name.replace(/[^\w.-]+/g, "-");
}
