// What `senet train` chooses where nobody does, beside other choices: fine-tuning on three small sets, and from scratch.
//
//   npm run results -- defaults WEIGHTS PHOTOS CIFAR [--quick]
//
// WEIGHTS are those of tf_mobilenetv3_small_100, PHOTOS a folder with `train` and `val` (the ants and bees of PyTorch's
// tutorial), CIFAR a folder or archive of CIFAR-10. The letters and CIFAR's images become photos of 32×32 in class folders.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset } from "../../dist/exports/node.js";
import { argumentsOf, folder, quick, senet } from "./running.mjs";

const [weights, photos, cifar] = argumentsOf("defaults WEIGHTS PHOTOS CIFAR");
const few = quick ? ["--epochs", "1", "--train-limit", "64", "--test-limit", "32"] : [];

/** Writes the first images of each class to a folder: `train` of each to learn from, `test` of each to test on. */
async function asPhotos(spec, { train, test }) {
  const dataset = await openDataset(spec);
  const root = join(folder, dataset.name);
  for (const [split, count] of [
    ["train", train],
    ["test", test],
  ]) {
    const { images, labels } = dataset[split];
    const left = dataset.classes.map(() => count);
    for (const name of dataset.classes) mkdirSync(join(root, split, name), { recursive: true });
    for (const [i, label] of labels.entries()) {
      if (left[label] === 0) continue;
      left[label]--;
      const planes = images.subarray(i * 3072, (i + 1) * 3072);
      const pixels = Uint8Array.from({ length: 3072 }, (_, at) => planes[(at % 3) * 1024 + Math.floor(at / 3)]);
      const file = join(root, split, dataset.classes[label], `${i}.png`);
      await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toFile(file);
    }
  }
  return root;
}

let runs = 0;
/** Top-1 after the last epoch of a training, and of its best epoch. */
async function top1(...words) {
  const printed = await senet("train", ...words, ...few, "--json", "--out", join(folder, `run-${runs++}`));
  const all = JSON.parse(printed).epochs.map(({ testTop1 }) => testTop1);
  return `${all.at(-1).toFixed(1)} (${Math.max(...all).toFixed(1)})`;
}

const sets = {
  "ants and bees": photos,
  "letters as photos": await asPhotos("glyphs", { train: 12, test: 8 }),
  "CIFAR-10 as photos": await asPhotos(`cifar10:${cifar}`, { train: 20, test: 30 }),
};
const body = ["--lr-group", "*=0.1", "--lr-group", "@head=10"];
const tuning = {
  default: [],
  "head, 0.001": ["--train", "head", "--lr", "0.001"],
  "head, 0.003": ["--train", "head", "--lr", "0.003"],
  "head, 0.01": ["--train", "head", "--lr", "0.01"],
  "all, 0.001, a tenth for the rest": ["--train", "all", "--lr", "0.001", ...body],
  "all, 0.003, a tenth for the rest": ["--train", "all", "--lr", "0.003", ...body],
  "all, 0.01, a tenth for the rest": ["--train", "all", "--lr", "0.01", ...body],
};
const lines = [`| what learns, rate of the head | ${Object.keys(sets).join(" | ")} |`, "|---|---|---|---|"];
for (const [row, flags] of Object.entries(tuning)) {
  const cells = [];
  for (const data of Object.values(sets)) {
    cells.push(
      await top1("--model", "tf_mobilenetv3_small_100", "--weights", weights, "--data", `folder:${data}`, ...flags),
    );
  }
  lines.push(`| ${row} | ${cells.join(" | ")} |`);
}

lines.push("", "| from scratch | letters, 300 images | CIFAR-10, 500 images |", "|---|---|---|");
const scratch = {
  ...Object.fromEntries([1, 2, 3].map((seed) => [`default, seed ${seed}`, ["--seed", String(seed)]])),
  ...Object.fromEntries(
    [1, 2, 3].map((seed) => [`--start paper, seed ${seed}`, ["--start", "paper", "--seed", String(seed)]]),
  ),
  0.05: ["--lr", "0.05"],
  0.025: ["--lr", "0.025"],
};
for (const [row, flags] of Object.entries(scratch)) {
  const model = ["--model", "seresnet20", "--test-limit", "500", ...flags];
  const letters = await top1(...model, "--data", "glyphs", "--train-limit", "300");
  lines.push(`| ${row} | ${letters} | ${await top1(...model, "--data", `cifar10:${cifar}`, "--train-limit", "500")} |`);
}
console.log(lines.join("\n"));
