import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GraphBuilder } from "../graph/builder.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32 } from "../graph/tensor.js";
import { lower } from "../lower/lower.js";
import { nodeRuntime } from "../runtime/node/runtime.js";

/** One convolution and its weight gradient: milliseconds of some runs, or the library's own words where it cannot. */
export interface OtherMeasured {
  readonly library: string;
  readonly version: string;
  readonly forward: OtherTimes;
  readonly gradient: OtherTimes;
}

export type OtherTimes = { readonly milliseconds: readonly number[] } | { readonly error: string };

/** Installed into a folder of the bench's own, without their install scripts. */
const packages = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0", "@jax-js/jax@0.1.25"];
const libraries = ["tfjs-wasm", "tfjs-cpu", "jax-js-wasm"] as const;

const folder = fileURLToPath(new URL("../../.bench/others", import.meta.url));
const script = fileURLToPath(new URL("../../bench/others/convolution.mjs", import.meta.url));

/** Installs the other libraries of JavaScript and lets each compute one 3×3 convolution of 8×16×32×32, after ours. */
export async function measureOthers(threads: number): Promise<OtherMeasured[]> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", ...packages];
  const { status, stderr } = spawnSync("npm", install, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: npm ${install.join(" ")} ended with ${status}: ${stderr}`);
  const measured = [await measureOurs(threads)];
  for (const library of libraries) {
    const child = spawnSync(process.execPath, [script, library], { cwd: folder, encoding: "utf8", timeout: 240_000 });
    const line = child.stdout.trim().split("\n").at(-1);
    if (child.status !== 0 || !line) {
      throw new Error(`bench: ${script} ${library} ended with ${child.status}: ${child.stderr}`);
    }
    measured.push({ library, ...(JSON.parse(line) as Omit<OtherMeasured, "library">) });
  }
  return measured;
}

async function measureOurs(threads: number): Promise<OtherMeasured> {
  const runtime = nodeRuntime({ threads });
  const channelBlock = await runtime.channelBlock();
  const x = [8, 16, 32, 32];
  const w = [16, 16, 3, 3];
  const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const numbers = (shape: number[]) =>
    float32(
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
    );
  const timed = async (op: "Conv" | "ConvWeightGradient", second: number[]) => {
    const g = new GraphBuilder("convolution");
    const inputs = [g.input("x", "float32", x), g.input("second", "float32", second)];
    g.output(g.call(op, inputs, window), "y");
    const session = await runtime.open(writeOnnx(lower(g.build(), { channelBlock })));
    const feeds = { x: numbers(x), second: numbers(second) };
    await session.time(feeds, 3);
    return { milliseconds: await session.time(feeds, 20) };
  };
  const measured = { forward: await timed("Conv", w), gradient: await timed("ConvWeightGradient", x) };
  const [, version] = /(\d\S*)/.exec(runtime.name) ?? [];
  await runtime.close();
  return { library: "ours", version: version ?? "", ...measured };
}
