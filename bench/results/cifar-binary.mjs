// Class folders of 32×32 images to the binary layout of CIFAR's authors, which `cifar10:DIR` and `cifar100:DIR` read:
//
//   npm run results -- cifar-binary FOLDER DIR     (FOLDER/train/CLASS/*.png and FOLDER/test/CLASS/*.png)
//
// Loses nothing but the order of the images, which the authors shuffled and folders sort.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { cifar10, cifar100 } from "../../dist/data/cifar.js";

const [folder, out] = process.argv.slice(2);
if (out === undefined) throw new Error("usage: node bench/results/cifar-binary.mjs FOLDER DIR");
const names = readdirSync(join(folder, "train"));
const kind = [cifar10, cifar100].find(
  ({ classes }) => names.length === classes.length && classes.every((name) => names.includes(name)),
);
if (kind === undefined)
  throw new Error(`${folder}: got ${names.length} class folders; expected those of CIFAR-10 or CIFAR-100`);
mkdirSync(out, { recursive: true });
const files = kind.classes.length === 10 ? [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`) : ["train.bin"];
await write("train", files);
await write("test", [kind.test]);

/** Deals the images of a split to `files`, class by class in turn, so that each file has its share of every class. */
async function write(split, files) {
  const paths = kind.classes.map((name) => readdirSync(join(folder, split, name)).sort());
  const records = [];
  for (let n = 0; n < Math.max(...paths.map(({ length }) => length)); n++) {
    for (const [label, images] of paths.entries()) {
      if (images[n] === undefined) continue;
      records.push({ label, path: join(folder, split, kind.classes[label], images[n]) });
    }
  }
  const share = Math.ceil(records.length / files.length);
  for (const [n, name] of files.entries()) {
    const parts = await Promise.all(records.slice(n * share, (n + 1) * share).map(record));
    writeFileSync(join(out, name), Buffer.concat(parts));
  }
}

/** Label and three planes of an image; of CIFAR-100 the coarse label, which folders do not tell, is 0. */
async function record({ label, path }) {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== 32 || info.height !== 32 || info.channels !== 3)
    throw new Error(`${path}: expected 32×32 in colour`);
  const bytes = Buffer.alloc(kind.labelBytes + 3 * 1024);
  bytes[kind.labelBytes - 1] = label;
  for (let at = 0; at < 1024; at++)
    for (let c = 0; c < 3; c++) bytes[kind.labelBytes + c * 1024 + at] = data[3 * at + c];
  return bytes;
}
