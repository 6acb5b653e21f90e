// What `npm start` ends with: ResNet-20 and SE-ResNet-20 on the embedded letters.
//
//   npm run results -- main-job [--quick]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseResults, renderTable } from "../../dist/exports/report.js";

const root = new URL("../../", import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const words = scripts.start.split("dist/cli/index.js ")[1].split(" ");
const quick = process.argv.includes("--quick")
  ? "--seeds 1 --epochs 1 --train-limit 256 --test-limit 64".split(" ")
  : [];
const folder = mkdtempSync(join(tmpdir(), "senet-results-"));
try {
  const out = join(folder, "run");
  const started = performance.now();
  execFileSync(process.execPath, ["dist/cli/index.js", ...words, ...quick, "--out", out, "--json"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const minutes = (performance.now() - started) / 60_000;
  const results = parseResults(readFileSync(join(out, "results.json"), "utf8"));
  const { cpu, cores, node, onnxruntime } = results.environment;
  console.log(`senet ${[...words, ...quick].join(" ")}`);
  console.log(
    `${cores} cores of ${cpu}, Node ${node}, onnxruntime-node ${onnxruntime}; ${minutes.toFixed(1)} minutes\n`,
  );
  console.log(renderTable(results));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
