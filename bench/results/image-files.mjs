// One epoch of `seresnet20` at 32 px over 50,000 JPEGs of 160×120 in 100 class folders: speed, waiting, memory.
//
//   npm run results -- image-files [images]     (50000 by default)
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { folder, senet } from "./running.mjs";

const images = Number(process.argv[2] ?? 50_000);
const data = join(folder, "photos");
for (let n = 0; n < images; n++) {
  const name = join(data, `class-${n % 100}`);
  if (n < 100) mkdirSync(name, { recursive: true });
  const noise = Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * ((n % 1000) + 7) * 31 + (n % 1000) * 17) % 256);
  const photo = sharp(noise, { raw: { width: 12, height: 9, channels: 3 } }).resize(160, 120, { kernel: "cubic" });
  writeFileSync(join(name, `${n}.jpg`), await photo.jpeg({ quality: 85 }).toBuffer());
}
const memory = [];
let over = false;
const [printed] = await Promise.all([
  senet(
    "train",
    "--model",
    "seresnet20",
    "--data",
    `folder:${data}`,
    "--size",
    "32",
    "--epochs",
    "1",
    "--json",
    "--out",
    join(folder, "run"),
  ).finally(() => {
    over = true;
  }),
  watch(),
]);
const { imagesPerSecond, dataWait, seconds } = JSON.parse(printed).epochs[0];
console.log(
  "| images/s | epoch | waited for images (`dataWait`) | resident memory, every 10 s after the first |\n|---|---|---|---|",
);
console.log(
  `| ${Math.round(imagesPerSecond)} | ${Math.round(seconds)} s | ${(100 * dataWait).toFixed(2)} % | ${Math.min(...memory)} to ${Math.max(...memory)} MB |`,
);

/** Resident memory of the training, in megabytes, every ten seconds. */
async function watch() {
  for (let second = 0; !over; second++) {
    await sleep(1000);
    if (second === 0 || second % 10 !== 0) continue;
    const status = readFileSync("/proc/self/task/self/children".replace("task/self", `task/${process.pid}`), "utf8");
    const child = status.trim().split(" ").at(-1);
    try {
      memory.push(Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, "utf8"))[1]) / 1024));
    } catch {
      return; // It has ended.
    }
  }
}
