// Stops a training run in the middle of an epoch and goes on from its checkpoint: to the last bit the run that never stopped.
// Run: node examples/05-resume.mjs (about 20 seconds on two cores)
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createModel, defaultRecipe, train } from "senet";
import { checkpointFolder, nodeRuntime, openDataset } from "senet/node";

const dataset = await openDataset("glyphs", { trainLimit: 512, testLimit: 256 });
const graph = createModel("seresnet20", { classes: dataset.classes.length, input: [3, 32, 32] });
const recipe = { ...defaultRecipe, epochs: 2, batch: 32, augment: dataset.augment };
const runtime = nodeRuntime();
const run = (options) => train({ runtime, graph, dataset, recipe, seed: 1, ...options });

const unbroken = await run({});

const checkpoints = checkpointFolder(join(await mkdtemp(join(tmpdir(), "senet-")), "checkpoints"));
const controller = new AbortController();
await run({
  signal: controller.signal,
  onStep: ({ epoch, step }) => epoch === 2 && step === 5 && controller.abort(new Error("stopped")),
  onCheckpoint: checkpoints.save,
}).catch((error) => console.log(`${error.message}; the checkpoint is in ${checkpoints.path}`));

const resume = await checkpoints.load(console.warn);
const { epoch, step } = resume.progress;
const resumed = await run({ resume });
await runtime.close();

const bytes = ({ weights }) => Buffer.concat([...weights.values()].map(({ data }) => Buffer.from(data.buffer)));
console.log(`gone on from epoch ${epoch}, step ${step}: equal bits: ${bytes(resumed).equals(bytes(unbroken))}`);
