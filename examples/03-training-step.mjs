// Shows that a training step is one ONNX graph: compiles it, runs it with onnxruntime-node alone, watches the loss fall.
// Run: node examples/03-training-step.mjs (a few seconds)
import * as ort from "onnxruntime-node";
import { createModel, initialise, writeOnnx } from "senet";
import { crossEntropy, initialState, sgd, trainingStep } from "senet/step";

const batch = 16;
const graph = createModel("seresnet20", { classes: 10, input: [3, 16, 16] });
const step = trainingStep(graph, { batch, loss: crossEntropy(), optimizer: sgd({ weightDecay: 5e-4 }) });
const session = await ort.InferenceSession.create(writeOnnx(step.graph));
console.log(`${step.graph.nodes.length} nodes, ${step.state.length} state tensors`);

const x = Float32Array.from({ length: batch * 3 * 16 * 16 }, (_, i) => Math.sin(i * i));
const feeds = {
  x: new ort.Tensor("float32", x, [batch, 3, 16, 16]),
  y: new ort.Tensor(
    "int64",
    BigInt64Array.from({ length: batch }, (_, i) => BigInt(i % 10)),
    [batch],
  ),
  lr: new ort.Tensor("float32", [0.05], []),
};
for (const [name, { dtype, data, shape }] of initialState(step, initialise(graph, 1))) {
  feeds[name] = new ort.Tensor(dtype, data, shape);
}
for (let i = 1; i <= 10; i++) {
  const results = await session.run(feeds);
  for (const { input, output } of step.state) feeds[input] = results[output];
  if (i === 1 || i === 10) console.log(`step ${i}: loss ${results.loss.data[0].toFixed(4)}`);
}
