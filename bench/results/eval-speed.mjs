// How fast `senet eval` goes over photos, beside timm's model behind PyTorch's DataLoader:
//
//   npm run results -- eval-speed LABELS.csv WEIGHTS.safetensors [rounds]                      (10 by default)
//
// LABELS.csv names the photos and their ImageNet classes (file, index), WEIGHTS are those of tf_mobilenetv3_small_100.
// Both sides work in processes that stay, with two workers that decode; they take turns, a pass each, after one that does
// not count. PyTorch is run with one and with two threads, and the better one counts. TORCH_PYTHON names the Python (by
// default /usr/bin/python3), whose PYTHONPATH must lead to timm.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { evaluate } from "../../dist/evaluate/evaluate.js";
import { writeOnnx } from "../../dist/graph/onnx/write-onnx.js";
import { nodeRuntime } from "../../dist/runtime/node/runtime.js";
import { findClassifier } from "../../dist/workspace/classifier/find-classifier.js";
import { openTestData } from "../../dist/workspace/evaluation/open-test-data.js";

const [labels, weights, rounds = "10"] = process.argv.slice(2);
const [batch, workers] = [32, 2];

async function openOurs(threads) {
  const model = "tf_mobilenetv3_small_100";
  const classifier = await findClassifier({ model, weights });
  const dataset = await openTestData(`csv:${labels}`, model, classifier, { workers });
  const runtime = nodeRuntime({ threads, spin: false });
  const session = await runtime.open(writeOnnx(classifier.graph, classifier.weights));
  return {
    name: `senet, ${threads} thread${threads > 1 ? "s" : ""}`,
    async pass() {
      const [started, used] = [performance.now(), process.cpuUsage()];
      const { top1 } = await evaluate(session, classifier.graph, dataset.test, dataset, { batch });
      const { user, system } = process.cpuUsage(used);
      return [(performance.now() - started) / 1000, (user + system) / 1e6, top1];
    },
    async close() {
      await runtime.close();
      await dataset.close();
    },
  };
}

async function openTorch(threads) {
  const script = new URL("../torch_eval.py", import.meta.url).pathname;
  const python = process.env.TORCH_PYTHON ?? "/usr/bin/python3";
  const child = spawn(python, [script, labels, weights, batch, workers, threads], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  const answer = async () => (await once(lines, "line"))[0];
  const version = await answer();
  return {
    name: `PyTorch ${version}, ${threads} thread${threads > 1 ? "s" : ""}`,
    async pass() {
      child.stdin.write("pass\n");
      return JSON.parse(await answer());
    },
    close: () => child.stdin.end(),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const sides = [await openOurs(1), await openOurs(2), await openTorch(1), await openTorch(2)];
const times = sides.map(() => []);
const used = sides.map(() => []);
for (let round = -1; round < Number(rounds); round++) {
  for (const [i, side] of sides.entries()) {
    const [seconds, processor, top1] = await side.pass();
    if (round < 0) console.log(`${side.name}: top-1 ${top1.toFixed(2)} %, first pass ${seconds.toFixed(2)} s`);
    else
      [times[i], used[i]] = [
        [...times[i], seconds],
        [...used[i], processor],
      ];
  }
}
for (const side of sides) await side.close();
console.log(`\nseconds a pass over the photos, ${rounds} rounds in turn:`);
for (const [i, { name }] of sides.entries()) {
  const [wall, cpu] = [median(times[i]), median(used[i])];
  console.log(
    `${name.padEnd(32)} median ${wall.toFixed(2)}, best ${Math.min(...times[i]).toFixed(2)}; processor ${cpu.toFixed(2)}`,
  );
}
for (const [k, how] of [median, (values) => Math.min(...values)].entries()) {
  const [ours, theirs] = [times.slice(0, 2), times.slice(2)].map((some) => Math.min(...some.map(how)));
  console.log(`senet / PyTorch, ${k === 0 ? "medians" : "best passes"}: ${(ours / theirs).toFixed(2)}`);
}
