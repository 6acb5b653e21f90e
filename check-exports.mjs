import { readFileSync, readdirSync } from "node:fs";
import { readOnnx } from "./dist/graph/onnx-read.js";
import { writeOnnx } from "./dist/graph/onnx-write.js";
import { simplify } from "./dist/transform/simplify.js";
import { gradientStep } from "./dist/transform/gradient-step.js";
import { crossEntropy } from "./dist/train/losses.js";
import { runFile } from "./dist/testing/run-graph.js";
import { randomTensor } from "./dist/testing/random-tensor.js";
const dir = "/tmp/st-exports/";
const sizes = { shapes: 48, attn: 32, shuffle: 64, swin: 64, vit: 32, google: 64, convnext: 64 };
for (const f of readdirSync(dir).filter((f) => f.endsWith(".onnx"))) {
  if (process.argv[2] && !f.includes(process.argv[2])) continue;
  const size = sizes[f.split("-")[0]];
  try {
    const bytes = readFileSync(dir + f);
    const t0 = Date.now();
    const { graph, weights } = readOnnx(bytes);
    const t1 = Date.now();
    const s = simplify(graph);
    const t2 = Date.now();
    const ops = (g) => { const c = {}; for (const n of g.nodes) c[n.op] = (c[n.op] ?? 0) + 1; return c; };
    const x = randomTensor([3, 3, size, size], 1);
    const [a] = Object.values(await runFile(bytes, { x }));
    const [b] = Object.values(await runFile(writeOnnx(s, weights), { x }));
    let diff = 0; a.data.forEach((v, i) => (diff = Math.max(diff, Math.abs(v - b.data[i]))));
    const left = ["Shape", "Gather", "Unsqueeze", "Concat", "Identity", "Cast", "ConstantOfShape", "Expand", "Slice", "Where","Equal","Range"].map((o) => `${o} ${ops(graph)[o] ?? 0}->${ops(s)[o] ?? 0}`);
    console.log(f, graph.nodes.length, "->", s.nodes.length, "read", t1 - t0, "ms simplify", t2 - t1, "ms; out", s.outputs[0].shape, "diff", diff);
    console.log("   ", left.filter((l) => !l.endsWith(" 0->0")).join(", "));
    const { graph: g } = gradientStep(s, { batch: 2, loss: crossEntropy() });
    console.log("    gradient ok", g.nodes.length);
  } catch (e) { console.log(f, "FAILED", e.message.slice(0, 400)); }
}
