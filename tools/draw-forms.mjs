// Draws small networks in forms that files come in, and compares what senet makes of each with plain onnxruntime-node.
// node tools/draw-forms.mjs [COUNT] [SEED], after a build.
import * as ort from "onnxruntime-node";
import { openProgram, programOf } from "../dist/evaluate/ask.js";
import { confidenceOf } from "../dist/evaluate/logits.js";
import { GraphBuilder } from "../dist/graph/builder.js";
import { initialise } from "../dist/graph/initialise.js";
import { writeOnnx } from "../dist/graph/onnx/write-onnx.js";
import { Random } from "../dist/random.js";
import { nodeRuntime } from "../dist/runtime/node/runtime.js";

const [count = 50, seed = 1] = process.argv.slice(2).map(Number);
const random = new Random(seed, "forms");
const pick = (list) => list[random.below(list.length)];

/** What ends a file, and the probabilities that a row of its answer stands for. */
const softmaxOf = (row) => {
  const most = Math.max(...row);
  const exps = row.map((value) => Math.exp(value - most));
  return exps.map((value) => value / exps.reduce((sum, one) => sum + one, 0));
};
const endings = {
  logits: [(_, z) => z, softmaxOf],
  softmax: [(g, z) => g.call("Softmax", [z], { axis: 1 }), (row) => row],
  logSoftmax: [(g, z) => g.call("LogSoftmax", [z], { axis: 1 }), (row) => row.map(Math.exp)],
  sigmoid: [(g, z) => g.call("Sigmoid", [z]), (row) => row],
};

const runtime = nodeRuntime({ threads: 1 });
let worst = 0;
for (let i = 0; i < count; i++) {
  const [ending, last, type] = [pick(Object.keys(endings)), random.below(2) === 1, pick(["float32", "uint8"])];
  const [size, classes, batch, axes] = [8 + random.below(9), 2 + random.below(9), 1 + random.below(4), pick([2, 4])];
  const fixed = random.below(3) === 0;
  const g = new GraphBuilder("drawn");
  const n = fixed ? 1 : "N";
  const x = g.input("x", type, last ? [n, size, size, 3] : [n, 3, size, size]);
  const floats = type === "uint8" ? g.call("Mul", [g.cast(x, "float32"), g.scalar(1 / 255)]) : x;
  const first = last ? g.call("Transpose", [floats], { perm: [0, 3, 1, 2] }) : floats;
  const kernel = g.parameter("conv", [8, 3, 3, 3], { kind: "he-normal", fan: "in" });
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [g.call("Conv", [first, kernel])])])]);
  const z = g.call("Gemm", [pooled, g.parameter("fc", [classes, 8], { kind: "uniform-fan-in" })], { transB: 1 });
  const [write, read] = endings[ending];
  const ended = write(g, z);
  g.output(axes === 4 ? g.call("Reshape", [ended, g.ints([0, -1, 1, 1])]) : ended, "y");
  const graph = g.build();
  const onnx = writeOnnx(graph, initialise(graph, i));
  const data = Float32Array.from({ length: batch * 3 * size * size }, () => random.below(256));
  const pixels = size * size;
  const turned = data.map((_, at) => {
    const [image, p, c] = [Math.floor(at / (3 * pixels)), Math.floor((at % (3 * pixels)) / 3), at % 3];
    return data[image * 3 * pixels + c * pixels + p];
  });
  const program = programOf(onnx, "drawn");
  const asker = await openProgram(runtime, program);
  const logits = await asker.logits({ data, shape: [batch, 3, size, size] });
  await asker.release();
  const session = await ort.InferenceSession.create(onnx);
  for (let b = 0; b < batch; b++) {
    const one = (last ? turned : data).slice(b * 3 * pixels, (b + 1) * 3 * pixels);
    const fed = type === "uint8" ? Uint8Array.from(one) : one;
    const { y } = await session.run({ x: new ort.Tensor(type, fed, last ? [1, size, size, 3] : [1, 3, size, size]) });
    const plain = read(Array.from(y.data));
    const row = logits.subarray(b * classes, (b + 1) * classes);
    const rule = program.answer.kind === "independent" ? "sigmoid" : "softmax";
    for (const [c, p] of plain.entries()) worst = Math.max(worst, Math.abs(confidenceOf(row, c, rule) - p));
  }
  await session.release();
  if (worst > 1e-5) {
    const form = { ending, layout: last ? "NHWC" : "NCHW", type, size, classes, batch, axes, fixed };
    throw new Error(`net ${i}: a probability differs by ${worst}: ${JSON.stringify(form)}`);
  }
}
await runtime.close();
process.stdout.write(
  `${count} networks: probabilities differ from onnxruntime-node's by ${worst.toExponential(1)} at most\n`,
);
