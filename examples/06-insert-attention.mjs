// Puts SE into a network that has none: the answers stay as they are, and the gates can learn from the first step on.
// Run: node examples/06-insert-attention.mjs (a few seconds)
import { createModel, initialise, insertAttention, insertedWeights, writeOnnx } from "senet";
import { nodeRuntime } from "senet/node";

// Any graph will do: readModel("resnet50.onnx") of "senet/node" gives { graph, weights } of a file.
const graph = createModel("resnet20", { classes: 10, input: [3, 32, 32] });
const weights = initialise(graph, 1);

const inserted = insertAttention(graph, { attention: { kind: "se", reduction: 8, stages: [3, 4] } });
for (const { name, channels, hidden, params } of inserted.sites) {
  console.log(`${name}: ${channels} to ${hidden} to ${channels} channels, ${params} parameters`);
}

const runtime = nodeRuntime();
const x = {
  dtype: "float32",
  shape: [1, 3, 32, 32],
  data: Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i)),
};
const logitsOf = async (onnx) => {
  const session = await runtime.open(onnx);
  const { logits } = await session.run({ x });
  await session.release();
  return logits.data;
};
const before = await logitsOf(writeOnnx(graph, weights));
const after = await logitsOf(writeOnnx(inserted.graph, insertedWeights(inserted, weights)));
await runtime.close();

const most = (numbers) => Math.max(...numbers.map(Math.abs));
const difference = most(before.map((logit, i) => logit - after[i])) / most(before);
console.log(`largest difference of logits, relative to the largest: ${difference.toExponential(1)}`);
