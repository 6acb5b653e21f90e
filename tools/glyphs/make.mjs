import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { drawLetter, size } from "./draw.mjs";
import { characters, letters, readFamilies } from "./families.mjs";
import { contactSheet, licenseNotes } from "./notes.mjs";
import { Random } from "./random.mjs";

/** Images of one letter in one case from one typeface. */
const repeats = 3;
const seeds = { train: 1, test: 2 };

const root = new URL("../../", import.meta.url);
const assets = new URL("assets/glyphs/", root);
const images = new URL("docs/images/", root);
for (const folder of [assets, images]) mkdirSync(folder, { recursive: true });
sharp.concurrency(1);

const families = readFamilies();
const train = await drawSplit("train");
const test = await drawSplit("test");

const manifest = {
  name: "glyphs",
  classes: letters,
  shape: [3, size, size],
  train: writeSplit("train.bin.gz", train),
  test: writeSplit("test.bin.gz", test),
  ...statistics(train),
  families: families.map(({ fonts, copyright, ...family }) => family),
};
writeFileSync(new URL("dataset.json", assets), `${toJson(manifest)}\n`);
writeFileSync(new URL("LICENSES.md", assets), licenseNotes(families));
writeFileSync(new URL("glyphs.png", images), await contactSheet(train, test));

/** Every letter in both cases from every typeface of the split, in random order: `{ label, planes }` of each. */
async function drawSplit(split) {
  const random = new Random(seeds[split]);
  const plans = families
    .filter((family) => family.split === split)
    .flatMap(({ fonts }) => characters.flatMap((character) => Array(repeats).fill({ fonts, character })));
  const drawn = [];
  for (const { fonts, character } of random.shuffle(plans)) {
    const planes = await drawLetter(random.pick(fonts), character, random);
    drawn.push({ label: letters.indexOf(character.toLowerCase()), planes });
  }
  return drawn;
}

/** Writes CIFAR-10's records, one byte for the label before the planes, and describes the file. */
function writeSplit(file, drawn) {
  const records = drawn.flatMap(({ label, planes }) => [Buffer.of(label), planes]);
  const bytes = gzipSync(Buffer.concat(records), { level: 9 });
  bytes[9] = 255; // the header names the operating system; "unknown" makes the file the same everywhere
  writeFileSync(new URL(file, assets), bytes);
  return { file, count: drawn.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Mean and standard deviation of every channel, with pixels from 0 to 1. */
function statistics(drawn) {
  const channels = [0, 1, 2].map((channel) => {
    const bytes = Buffer.concat(
      drawn.map(({ planes }) => planes.subarray(channel * size ** 2, (channel + 1) * size ** 2)),
    );
    const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
    const variance = bytes.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / bytes.length;
    return [mean, Math.sqrt(variance)].map((value) => Number((value / 255).toFixed(4)));
  });
  return { mean: channels.map(([mean]) => mean), std: channels.map(([, std]) => std) };
}

/** JSON with lists of numbers on one line, as the formatter of this repository writes it. */
function toJson(value) {
  const onOneLine = (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]");
  return JSON.stringify(value, null, 2).replace(/\[[\d.,\s]+\]/g, onOneLine);
}
