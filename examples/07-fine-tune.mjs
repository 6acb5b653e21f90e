// Trains ResNet-20 on the embedded letters, puts SE into it, which changes no answer, and lets the gates alone learn.
// Run: node examples/07-fine-tune.mjs (about 45 seconds on two cores)
import { createModel, defaultRecipe, insertAttention, insertedWeights, train } from "senet";
import { nodeRuntime, openDataset } from "senet/node";

const dataset = await openDataset("glyphs");
const { channels, height, width } = dataset;
const plain = createModel("resnet20", { classes: dataset.classes.length, input: [channels, height, width] });
const recipe = { ...defaultRecipe, epochs: 1, batch: 32, augment: dataset.augment };
const say = (what) => ({
  onEpoch: ({ trainLoss, testTop1 }) =>
    console.log(`${what}: train loss ${trainLoss.toFixed(3)}, test top-1 ${testTop1.toFixed(2)} %`),
});

const runtime = nodeRuntime();
const { weights: trained } = await train({ runtime, graph: plain, dataset, recipe, seed: 1, ...say("ResNet-20") });

const inserted = insertAttention(plain, { attention: { kind: "se", reduction: 4 } });
const weights = insertedWeights(inserted, trained);
const gatesAlone = { ...recipe, lr: 0.1, learn: "@gates" }; // batch norms outside of gates keep their statistics too
await train({
  runtime,
  graph: inserted.graph,
  dataset,
  recipe: gatesAlone,
  seed: 1,
  weights,
  ...say(`with ${inserted.sites.length} SE blocks`),
});
await runtime.close();
