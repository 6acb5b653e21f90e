// Builds a small network of one's own with an SE block, on data of one's own, and learns it.
// Run: node examples/02-own-network.mjs (a few seconds)
import { countParameters, defaultRecipe, defineDataset, GraphBuilder, Scope, squeezeExcite, train } from "senet";
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

// x → 3×3 convolution → ReLU → SE → mean over the map → dense layer
const g = new GraphBuilder("own");
const p = new Scope(g);
const x = g.input("x", "float32", ["N", 1, 8, 8]);
const w = p.parameter("conv.weight", [16, 1, 3, 3], { kind: "he-normal", fan: "in" });
const features = g.call("Relu", [g.call("Conv", [x, w], { pads: [1, 1, 1, 1], strides: [2, 2] })]); // [N, 16, 4, 4]
const gated = squeezeExcite(p.at("se"), features, { reduction: 4 });
const flat = g.call("Flatten", [gated]); // [N, 256]
const head = p.parameter("fc.weight", [2, 256], { kind: "uniform-fan-in" });
g.output(g.call("Gemm", [flat, head], { transB: 1 }), "logits");
const graph = g.build();
console.log(`${countParameters(graph)} parameters`);

const runtime = nodeRuntime();
const recipe = { ...defaultRecipe, epochs: 5, batch: 32, augment: dataset.augment };
const { epochs } = await train({ runtime, graph, dataset, recipe, seed: 1 });
await runtime.close();
console.log(`test top-1 ${epochs.at(-1).testTop1.toFixed(1)} % after ${epochs.length} epochs`);
