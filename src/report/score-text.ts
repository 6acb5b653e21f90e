import { wilsonInterval } from "../evaluate/wilson.js";
import { shortNames } from "./class-names.js";
import { classScores, confusedPairs } from "./class-scores.js";
import type { EvaluationResults } from "./evaluation-results.js";
import { fixed, formatCount, formatDigits, plural } from "./format.js";
import { setColumns, shorten, wrapText } from "./text-columns.js";

/** So many classes and pairs are named. */
const most = 5;
const fewImages = 5;

/**
 * An evaluation as plain text for an 80-column terminal: the figures with their intervals, then where the model errs.
 * @returns lines joined by "\n", without a final one.
 */
export function renderScores(results: EvaluationResults): string {
  const { model, data, measured, partial, imagesPerSecond } = results;
  const { images, top1, top5, loss, calibration } = measured;
  const what = `${plural(images, "image")} of ${plural(data.classes.length, "class")}`;
  const rows = [
    ["top-1", `${fixed(top1)} %`, interval(top1, images)],
    ...(data.classes.length > 5 ? [["top-5", `${fixed(top5)} %`, interval(top5, images)]] : []),
    ["loss", fixed(loss, 4), "mean cross-entropy in nats"],
    ["ECE", `${fixed(100 * calibration.ece)} %`, `mean confidence ${fixed(100 * calibration.confidence, 1)} %`],
  ];
  const width = Math.max(...rows.map(([, value]) => value!.length));
  return [
    ...wrapText(`${shorten(model, 50)} on ${data.name}: ${what}, ${formatDigits(imagesPerSecond)} images/s.`),
    ...(partial
      ? wrapText(`Partial: stopped after ${formatCount(images)} of ${formatCount(data.images)} images.`)
      : []),
    "",
    ...rows.map(([name, value, note]) => `${name!.padEnd(5)}   ${value!.padStart(width)}   ${note}`),
    ...weakest(results),
  ].join("\n");
}

function interval(top: number, images: number): string {
  const [low, high] = wilsonInterval(top / 100, images);
  return `95 % interval ${fixed(100 * low, 1)} to ${fixed(100 * high, 1)}`;
}

/** The worst classes and the most frequent mistakes, where there are any. */
function weakest({ measured, data }: EvaluationResults): string[] {
  const names = shortNames(data.classes);
  // A class with a few images says little, and so does a mistake that was made once.
  const scores = classScores(measured).filter(({ recall, images }) => recall < 1 && images >= fewImages);
  const worst = scores.slice(0, most);
  const pairs = confusedPairs(measured.confusion, most).filter(({ count }) => count > 1);
  const classTable = worst.length > 0 && [
    "",
    ...setColumns({ head: "worst classes", cells: worst.map(({ index }) => cut(names[index]!)) }, [
      { head: "images", cells: worst.map(({ images }) => formatCount(images)) },
      { head: "accuracy", cells: worst.map(({ recall }) => `${fixed(100 * recall, 1)} %`) },
    ]),
  ];
  const pairTable = pairs.length > 0 && [
    "",
    ...setColumns({ head: "most confused", cells: pairs.map(({ label }) => cut(names[label]!)) }, [
      { head: "taken for", cells: pairs.map(({ predicted }) => cut(names[predicted]!)) },
      { head: "images", cells: pairs.map(({ count }) => formatCount(count)) },
    ]),
  ];
  return [...(classTable || []), ...(pairTable || [])];
}

function cut(name: string): string {
  return name.length > 28 ? `${name.slice(0, 27)}…` : name;
}
