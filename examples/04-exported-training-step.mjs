// Trains with an exported training step and nothing but onnxruntime-node: no line of senet runs here.
// Run: npx senet export seresnet20 --training --batch 16 --out step
//      node examples/04-exported-training-step.mjs step (a few seconds)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";

const folder = process.argv[2] ?? "step";
const session = await ort.InferenceSession.create(join(folder, "step.onnx"));
const state = readState(join(folder, "state.safetensors"));
const feeds = { ...state, ...batchFor(session) };
console.log(`${session.inputNames.length} inputs, ${Object.keys(state).length} of them state`);

for (let step = 1; step <= 10; step++) {
  const results = await session.run(feeds);
  for (const name of Object.keys(state)) feeds[name] = results[`next.${name}`] ?? feeds[name];
  if (step === 1 || step === 10) console.log(`step ${step}: loss ${results.loss.data[0].toFixed(4)}`);
}

/** A batch to learn by heart, of the shapes the file declares. */
function batchFor({ inputMetadata }) {
  const shapeOf = (name) => inputMetadata.find((input) => input.name === name)?.shape;
  const shape = shapeOf("x");
  const x = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i));
  const y = BigInt64Array.from({ length: shape[0] }, (_, n) => BigInt(n % 2));
  const batch = { x: new ort.Tensor("float32", x, shape), y: new ort.Tensor("int64", y, [shape[0]]) };
  batch.lr = new ort.Tensor("float32", [0.05], []);
  if (shapeOf("momentum")) batch.momentum = new ort.Tensor("float32", [0.9], []);
  if (shapeOf("apply")) batch.apply = new ort.Tensor("bool", [true], []);
  if (shapeOf("y2")) batch.y2 = batch.y;
  if (shapeOf("mix")) batch.mix = new ort.Tensor("float32", new Float32Array(shape[0]).fill(1), [shape[0]]);
  return batch;
}

/** The tensors of a safetensors file: 8 bytes that say how long its JSON header is, the header, the data. */
function readState(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const types = { F32: ["float32", Float32Array], I64: ["int64", BigInt64Array] };
  const entries = Object.entries(header).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const [type, List] = types[dtype];
      const data = new List(new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to)).buffer);
      return [name, new ort.Tensor(type, data, shape)];
    },
  );
  return Object.fromEntries(entries);
}
