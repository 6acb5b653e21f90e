// How fast image files become batches, and whether memory stays flat:
//
//   npm run results -- listing [images] [workers] [size]     (50000, "1,2" and 64 by default)
//
// Makes a temporary folder of small JPEGs in 100 class folders (1,000 different ones, repeated), lists it, and runs one
// epoch of random resized crops and flips for each number of threads, without a network.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset } from "../../dist/exports/node.js";

const [images = "50000", workers = "1,2", size = "64"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "senet-bench-folder-"));
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const seconds = (started) => ((performance.now() - started) / 1000).toFixed(2);

const files = await Promise.all(
  Array.from({ length: 1000 }, (_, n) => {
    const noise = Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * (n + 7) * 31 + n * 17) % 256);
    return sharp(noise, { raw: { width: 12, height: 9, channels: 3 } })
      .resize(160, 120, { kernel: "cubic" })
      .jpeg({ quality: 85 })
      .toBuffer();
  }),
);
for (let c = 0; c < 100; c++) mkdirSync(join(folder, `class-${c}`));
for (let n = 0; n < Number(images); n++) {
  writeFileSync(join(folder, `class-${n % 100}`, `${n}.jpg`), files[n % files.length]);
}
console.log(`${images} JPEGs of 160 × 120 in 100 folders, input ${size} × ${size}, batch 64, Node ${process.version}`);

for (const count of workers.split(",")) {
  const started = performance.now();
  const dataset = await openDataset(`folder:${folder}`, { workers: Number(count), size: Number(size), holdout: 0.01 });
  console.log(`listed in ${seconds(started)} s; ${count} thread(s):`);
  const { train, augment } = dataset;
  const epoch = performance.now();
  const memory = [];
  let [seen, next] = [0, 0];
  for await (const batch of train.batches({ batch: 64, seed: 1, shuffle: true, augment })) {
    seen += batch.size;
    if (seen < next) continue;
    memory.push(megabytes());
    next += train.length / 10;
  }
  const speed = Math.round((1000 * seen) / (performance.now() - epoch));
  console.log(`  ${speed} images/s, ${seconds(epoch)} s an epoch; memory ${memory.join(", ")} MB`);
  await dataset.close();
}
