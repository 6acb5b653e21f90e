import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { ops } from "../../ops/index.js";
import type { Tensors } from "../runtime.js";
import { sessionOptions } from "./session-options.js";

/** What a node took in one run, on average. */
export interface NodeTime {
  readonly node: string;
  readonly op: string;
  readonly milliseconds: number;
  /** Bytes that it read and wrote, each value once: what it moves at least. */
  readonly bytes: number;
}

/** The nodes of a graph as the engine ran them, and how long a whole run took. */
export interface RunProfile {
  readonly milliseconds: number;
  readonly nodes: readonly NodeTime[];
}

/** An entry of ONNX Runtime's trace; times are in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, string | undefined>>;
}

/**
 * Operators that move nothing: their result is their input's memory. Identity copies, where it gives a value that goes
 * out.
 */
const views = Object.entries(ops).flatMap(([name, { kind }]) => (kind === "view" && name !== "Identity" ? [name] : []));

/**
 * Runs a graph with ONNX Runtime's own profiler, in this thread.
 * @param renews as in `sessionOptions`. @param runs how many are averaged, after two that are not.
 */
export async function profileRuns(
  onnx: Uint8Array,
  feeds: Tensors,
  { threads, runs, renews }: { threads: number; runs: number; renews: boolean },
): Promise<RunProfile> {
  const folder = mkdtempSync(join(tmpdir(), "senet-profile-"));
  try {
    const profiled = { enableProfiling: true, profileFilePrefix: join(folder, "trace") };
    const session = await InferenceSession.create(onnx, {
      ...sessionOptions({ threads, spin: true, renews }),
      ...profiled,
    });
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, shape, data }]) => [
        name,
        new OrtTensor(dtype, data as Float32Array, shape),
      ]),
    );
    for (let run = 0; run < 2 + runs; run++) await session.run(inputs);
    session.endProfiling();
    await session.release();
    const [file] = readdirSync(folder);
    return summed(JSON.parse(readFileSync(join(folder, file!), "utf8")) as TraceEvent[], runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last `runs` runs of a trace. */
function summed(events: readonly TraceEvent[], runs: number): RunProfile {
  const whole = events.filter(({ name }) => name === "SequentialExecutor::Execute").slice(-runs);
  const since = whole[0]!.ts;
  const nodes = new Map<string, NodeTime>();
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== "Node" || ts < since || !name.endsWith("_kernel_time")) continue;
    const node = name.slice(0, -"_kernel_time".length);
    const op = args.op_name ?? "";
    const sizes = [args.activation_size, args.parameter_size, args.output_size].map((size) => Number(size ?? 0));
    const bytes = views.includes(op) ? 0 : sizes.reduce((sum, size) => sum + size, 0) / runs;
    const before = nodes.get(node) ?? { node, op, milliseconds: 0, bytes: 0 };
    nodes.set(node, { ...before, milliseconds: before.milliseconds + dur / 1000 / runs, bytes: before.bytes + bytes });
  }
  return { milliseconds: whole.reduce((sum, { dur }) => sum + dur, 0) / 1000 / runs, nodes: [...nodes.values()] };
}
