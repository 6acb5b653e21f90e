// Which start and which SE block suit ResNet-20, chosen on typefaces held out of the embedded letters' training images:
//
//   npm run results -- small-blocks [seeds] [epochs] [rows]     ("1,2,3", 3 and all by default)
//
// Every row trains with every seed on 41 typefaces and is tested on the other 13. Prints errors and, with its 95 %
// interval, each row's gain over the network without SE. The test set is not opened.

import { nodeRuntime } from "../../dist/exports/node.js";
import { pairedDifference } from "../../dist/exports/report.js";
import { createModel, defaultRecipe, initialise, parseAttention, train } from "../../dist/exports/senet.js";
import { heldOutTypefaces } from "./typefaces.mjs";

const [seeds = "1,2,3", epochs = "3", only] = process.argv.slice(2);
const gates = (settings) => ({ groups: [{ match: ["@gates"], ...settings }] });
const rows = {
  "no SE": { attention: "none" },
  "paper, r=16": { attention: "se", start: "paper" },
  "paper, r=4": { attention: "se:reduction=4", start: "paper" },
  "identity, r=16": { attention: "se" },
  "identity, r=8": { attention: "se:reduction=8" },
  "identity, r=4": { attention: "se:reduction=4" },
  "identity, r=2": { attention: "se:reduction=2" },
  "identity, 8 hidden": { attention: "se:hidden=8" },
  "identity, r=4, gates at 0.5 × rate": { attention: "se:reduction=4", ...gates({ lrScale: 0.5 }) },
  "identity, r=4, gates at 2 × rate": { attention: "se:reduction=4", ...gates({ lrScale: 2 }) },
  "identity, r=4, gates at 4 × rate": { attention: "se:reduction=4", ...gates({ lrScale: 4 }) },
  "identity, r=4, no decay of gates": { attention: "se:reduction=4", ...gates({ weightDecay: 0 }) },
  "identity, r=4, post": { attention: "se:reduction=4,placement=post" },
  "identity, r=4, pre": { attention: "se:reduction=4,placement=pre" },
  "identity, r=4, on the shortcut": { attention: "se:reduction=4,placement=identity" },
  "identity, r=4, stages 3 and 4": { attention: "se:reduction=4,stages=3+4" },
  "identity, ECA": { attention: "eca" },
};

const { dataset, held } = await heldOutTypefaces();
const { train: trained, test } = dataset;
console.log(`${trained.length} images train, ${test.length} test, of ${held.join(", ")}`);
const chosen = Object.keys(rows).filter(
  (row) => only === undefined || row === "no SE" || only.split(";").includes(row),
);
const right = new Map(chosen.map((row) => [row, []]));
const runtime = nodeRuntime();
for (const seed of seeds.split(",").map(Number)) {
  for (const row of chosen) {
    const { attention, start = "identity", ...recipe } = rows[row];
    const size = { classes: dataset.classes.length, input: [3, 32, 32] };
    const graph = createModel("seresnet20", { ...size, attention: parseAttention(attention), start });
    const { predictions } = await train({
      ...{ runtime, graph, dataset, seed, weights: initialise(graph, seed) },
      recipe: { ...defaultRecipe, epochs: Number(epochs), batch: 32, augment: dataset.augment, ...recipe },
    });
    right.get(row).push(Array.from(predictions, (predicted, i) => Number(predicted === test.labels[i])));
    console.log(`${row}, seed ${seed}: ${errorOf(right.get(row).at(-1)).toFixed(2)} %`);
  }
}
await runtime.close();

console.log("\n| block | error by seed | mean | gain | 95 % interval |\n|---|---|---|---|---|");
for (const [row, runs] of right) {
  const errors = runs.map(errorOf);
  const { mean, interval } = pairedDifference(right.get("no SE"), runs);
  const gain = row === "no SE" ? ["", ""] : [points(mean), interval.map(points).join(" to ")];
  const cells = [row, errors.map((error) => error.toFixed(2)).join(", "), average(errors).toFixed(2), ...gain];
  console.log(`| ${cells.join(" | ")} |`);
}

function errorOf(run) {
  return 100 * (1 - average(run));
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function points(share) {
  return (100 * share).toFixed(2);
}
