// Builds a small network of one's own with an SE block, on data of one's own, and learns it.
// Run: node examples/02-own-network.mjs (a few seconds)
import { countParameters, defaultRecipe, defineDataset, train } from "senet";
import { classifier, convNorm, GraphBuilder, Scope, squeezeExcite } from "senet/layers";
import { nodeRuntime } from "senet/node";

// Two classes of 8×8 images: noise that is brighter on the left, or on the right.
function images(count, seed) {
  let state = seed;
  const noise = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % 128;
  };
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 2);
  const pixels = new Uint8Array(count * 64).map((_, i) => {
    const right = i % 8 >= 4 ? 1 : 0;
    return noise() + (right === labels[Math.floor(i / 64)] ? 100 : 0);
  });
  return { images: pixels, labels, length: count };
}
const dataset = defineDataset({
  name: "sides",
  classes: ["left", "right"],
  channels: 1,
  height: 8,
  width: 8,
  train: images(512, 1),
  test: images(128, 2),
  augment: { flip: false, pad: 0 },
});

// Two 3×3 convolutions with batch norm and ReLU, SE, then the mean over the map and a dense layer
const g = new GraphBuilder("own");
const p = new Scope(g);
const x = g.input("x", "float32", ["N", 1, 8, 8]);
const edges = convNorm([p.at("conv1"), p.at("bn1")], x, { channels: 16, kernel: 3, act: "relu" }); // [N, 16, 8, 8]
const sides = convNorm([p.at("conv2"), p.at("bn2")], edges, { channels: 16, kernel: 3, stride: 2, act: "relu" }); // [N, 16, 4, 4]
const gated = squeezeExcite(p.at("se"), sides, { reduction: 4 });
g.output(classifier(p.at("fc"), gated, { classes: 2 }), "logits");
const graph = g.build();
console.log(`${countParameters(graph)} parameters`);

const runtime = nodeRuntime();
const recipe = { ...defaultRecipe, epochs: 5, batch: 32, augment: dataset.augment };
const { epochs } = await train({ runtime, graph, dataset, recipe, seed: 1 });
await runtime.close();
console.log(`test top-1 ${epochs.at(-1).testTop1.toFixed(1)} % after ${epochs.length} epochs`);
