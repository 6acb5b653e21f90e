// The typeface of every training image of the embedded letters, and the letters with typefaces held out.
//
// The records do not name their typefaces, but tools/glyphs/make.mjs draws their order first of all from its seed. The
// order is drawn again here, and every label must agree with it.
import { readFileSync } from "node:fs";
import { openDataset } from "../../dist/exports/node.js";
import { defineDataset } from "../../dist/exports/senet.js";
import { Random } from "../../tools/glyphs/random.mjs";

const repeats = 3;
const characters = [..."abcdefghijklmnopqrstuvwxyz"].flatMap((letter) => [letter, letter.toUpperCase()]);
const manifest = JSON.parse(readFileSync(new URL("../../assets/glyphs/dataset.json", import.meta.url), "utf8"));

/** The letters' training images alone: every fourth typeface tests, the others train. The test set is not opened. */
export async function heldOutTypefaces() {
  const { train, test: _, ...rest } = await openDataset("glyphs");
  const faces = typefaces(train.labels);
  const names = [...new Set(manifest.families.filter(({ split }) => split === "train").map(({ name }) => name))];
  const held = new Set(names.filter((_, i) => i % 4 === 3));
  const { mean, std, resize, interpolation, ...parts } = rest;
  const part = (wanted) => subset(train, (i) => held.has(faces[i]) === wanted, parts);
  return { dataset: defineDataset({ ...parts, train: part(false), test: part(true) }), held: [...held] };
}

/** By the index of a record: the name of its typeface. */
function typefaces(labels) {
  const families = manifest.families.filter(({ split }) => split === "train");
  const plans = families.flatMap(({ name }) =>
    characters.flatMap((character) => Array(repeats).fill({ name, character })),
  );
  const order = new Random(1).shuffle(plans);
  const wrong = order.findIndex(({ character }, i) => manifest.classes[labels[i]] !== character.toLowerCase());
  if (order.length !== labels.length || wrong >= 0) throw new Error(`the order differs from the records at ${wrong}`);
  return order.map(({ name }) => name);
}

/** The images that a question is true of. */
export function subset({ images, labels }, wanted, { channels, height, width }) {
  const size = channels * height * width;
  const indices = [...labels.keys()].filter(wanted);
  const chosen = new images.constructor(indices.length * size);
  for (const [slot, i] of indices.entries()) chosen.set(images.subarray(i * size, (i + 1) * size), slot * size);
  return { images: chosen, labels: Uint8Array.from(indices, (i) => labels[i]), length: indices.length };
}
