// ResNet-20 with and without SE, with either start, and ResNet-32, on all of CIFAR-10 or CIFAR-100, with the default recipe.
//
//   npm run results -- cifar DATA FOLDER [--seeds 1,2,3] [--epochs 20] [--jobs 2] [--quick]
//
// DATA is cifar10:PATH or cifar100:PATH (cifar-binary.mjs makes it of class folders). Everything is kept in FOLDER: the same
// command goes on where it was stopped, and ends with the table and FOLDER/report.html. A day of two cores for CIFAR-10.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  compareInFolder,
  comparisonProgress,
  nodeRuntime,
  openRun,
  prepareComparison,
  startRun,
} from "../../dist/exports/node.js";
import { renderTable } from "../../dist/exports/report.js";
import { zooModel } from "../../dist/exports/senet.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1,2,3" },
    epochs: { type: "string", default: "20" },
    jobs: { type: "string", default: "2" },
    quick: { type: "boolean" },
  },
});
const [data, path] = positionals;
if (path === undefined) throw new Error("usage: npm run results -- cifar DATA FOLDER");
const command = `npm run results -- cifar ${data.replace(/:.*/, ":PATH")} FOLDER --seeds ${values.seeds} --epochs ${values.epochs}`;
const prepared = await prepareComparison({
  models: ["resnet20", "seresnet20", "resnet32"],
  network: { start: "identity" },
  data,
  dataOptions: values.quick ? { trainLimit: 512, testLimit: 256 } : {},
  recipe: ({ augment }) => ({ augment, epochs: values.quick ? 1 : Number(values.epochs) }),
  seeds: (values.quick ? "1" : values.seeds).split(",").map(Number),
});
const [plain, se, deeper] = prepared.models;
const paper = { ...zooModel("seresnet20", prepared.dataset, { start: "paper" }), name: "seresnet20-paper" };
const models = [plain, se, paper, deeper];

const config = { kind: "compare", command, flags: {} };
const started = existsSync(`${path}/config.json`);
const run = started ? openRun(path) : await startRun(path, { config, facts: { recipe: prepared.recipe } });
const comparison = { ...prepared, models };
const resume = started ? await comparisonProgress(run, comparison) : undefined;
const jobs = Number(values.jobs);
const trainers = Array.from({ length: jobs }, () => nodeRuntime({ threads: Math.max(1, Math.floor(2 / jobs)) }));
const measuring = nodeRuntime({ threads: 2 });
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => stopped.abort(new Error("saved; the same command goes on")));
try {
  const results = await compareInFolder(measuring, run, comparison, {
    ...{ command, trainers, resume, signal: stopped.signal, checkpointEvery: { minutes: 5 } },
    onEpoch: ({ model, seed }, { epoch, testTop1 }) =>
      console.log(`${model} seed ${seed} epoch ${epoch}: ${testTop1.toFixed(2)} %`),
  });
  console.log(`\n${command}\n\n${renderTable(results)}`);
} finally {
  await Promise.all([measuring, ...trainers].map((engine) => engine.close()));
  run.close();
}
