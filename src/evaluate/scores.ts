import { allFinite } from "../runtime/not-finite.js";
import { type Activation, confidenceOf, lossOf, predictedClass, rankOf } from "./logits.js";

/** What the logits of one image come to: all that a tally needs of them. */
export interface ImageScore {
  /** Its place in the split. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability given to `predicted`, 0–1. */
  readonly confidence: number;
  /** In nats. */
  readonly loss: number;
  /** Whether the label is among the five most likely classes. */
  readonly top5: boolean;
  /** Whether all logits are finite numbers. */
  readonly finite: boolean;
}

/** @param logits [classes] of an image. */
export function scoreOf(logits: Float32Array, label: number, index: number, activation: Activation): ImageScore {
  const predicted = predictedClass(logits);
  const confidence = confidenceOf(logits, predicted, activation);
  const loss = lossOf(logits, label, activation);
  return { index, label, predicted, confidence, loss, top5: rankOf(logits, label) < 5, finite: allFinite(logits) };
}

/** Numbers that a score is written as. */
const width = 6;

/** Scores as bytes: float64, little-endian on every machine that senet runs on, to the bit. */
export function encodeScores(scores: readonly ImageScore[]): Uint8Array<ArrayBuffer> {
  const rows = scores.flatMap(({ index, label, predicted, confidence, loss, top5, finite }) => [
    ...[index, label, predicted, confidence, loss],
    Number(top5) + 2 * Number(finite),
  ]);
  return new Uint8Array(Float64Array.from(rows).buffer);
}

/** Scores of the bytes that {@link encodeScores} made of them. */
export function decodeScores(bytes: Uint8Array): ImageScore[] {
  const rows = new Float64Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 8));
  return Array.from({ length: Math.floor(rows.length / width) }, (_, i) => {
    const [index, label, predicted, confidence, loss, flags] = rows.subarray(i * width, (i + 1) * width) as unknown as [
      ...[number, number, number],
      ...[number, number, number],
    ];
    return { index, label, predicted, confidence, loss, top5: flags % 2 === 1, finite: flags >= 2 };
  });
}

/** Scores of several processes in the order of the split, so that what is summed up of them is the same to the bit. */
export function inOrder(parts: readonly (readonly ImageScore[])[]): ImageScore[] {
  return parts.flat().sort((a, b) => a.index - b.index);
}

/** The predicted class of every image of a split, −1 where there is no score. */
export function predictionsOf(scores: readonly ImageScore[], images: number): Int32Array<ArrayBuffer> {
  const predictions = new Int32Array(images).fill(-1);
  for (const { index, predicted } of scores) predictions[index] = predicted;
  return predictions;
}
