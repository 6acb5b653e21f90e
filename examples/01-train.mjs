// Trains SE-ResNet-20 for two epochs on the embedded letters and writes it as an ONNX file.
// Run: node examples/01-train.mjs (about 40 seconds on two cores)
import { mkdir, writeFile } from "node:fs/promises";
import { createModel, defaultRecipe, train, writeOnnx } from "senet";
import { nodeRuntime, openDataset } from "senet/node";

const dataset = await openDataset("glyphs");
const { channels, height, width } = dataset;
const graph = createModel("seresnet20", { classes: dataset.classes.length, input: [channels, height, width] });
const recipe = { ...defaultRecipe, epochs: 2, batch: 32, augment: dataset.augment };

const runtime = nodeRuntime();
const { weights } = await train({
  runtime,
  graph,
  dataset,
  recipe,
  seed: 1,
  onEpoch: ({ epoch, trainLoss, testTop1 }) =>
    console.log(`epoch ${epoch}: train loss ${trainLoss.toFixed(3)}, test top-1 ${testTop1.toFixed(1)} %`),
});
await runtime.close();

await mkdir("runs", { recursive: true });
await writeFile("runs/letters.onnx", writeOnnx(graph, weights));
console.log("wrote runs/letters.onnx");
