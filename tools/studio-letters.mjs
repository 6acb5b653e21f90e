// The network that the studio's page comes with, and the mean of its gates over the test images:
//
//   senet train --model seresnet20 --attention se:reduction=4 --data glyphs --epochs 12 --batch 64 --out runs/letters
//   npm run build && node tools/studio-letters.mjs runs/letters
import { mkdirSync, writeFileSync } from "node:fs";
import { nodeRuntime, openDataset, openModel } from "../dist/exports/node.js";
import { gateStatistics, readCard, writeOnnx } from "../dist/exports/senet.js";

const [run] = process.argv.slice(2);
if (run === undefined) throw new Error("usage: node tools/studio-letters.mjs RUN");
const { graph, weights } = await openModel(run);
const dataset = await openDataset("glyphs");
const runtime = nodeRuntime();
const gates = await gateStatistics({ runtime, graph, weights, dataset: { ...dataset, ...readCard(graph) } });
await runtime.close();
const at = (name) => new URL(`../apps/studio/public/${name}`, import.meta.url);
mkdirSync(at(""), { recursive: true });
writeFileSync(at("letters.onnx"), writeOnnx(graph, weights));
const means = Object.fromEntries(gates.map(({ site, mean }) => [site, mean.map((gate) => Number(gate.toFixed(4)))]));
writeFileSync(at("letters-gates.json"), `${JSON.stringify(means)}\n`);
