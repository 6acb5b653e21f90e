import { writeOnnx } from "../graph/onnx-write.js";
import { elements, type Tensor } from "../graph/tensor.js";
import { Random } from "../random.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { type Choose, type Task, taskText } from "../transform/algorithms.js";
import { alone } from "../transform/alone.js";
import type { Target } from "../transform/lower.js";
import type { AlgorithmTable, Measured } from "./algorithm-table.js";

/** What a caller may follow while algorithms are measured. */
export interface TuneEvents {
  /** Called after every task. */
  readonly onTask?: (done: number, of: number) => void;
  /** Stops it between two tasks. */
  readonly signal?: AbortSignal | undefined;
}

/** A table in which nothing is measured yet. */
export async function emptyTable(runtime: Runtime, cpu: string): Promise<AlgorithmTable> {
  const channelBlock = await runtime.channelBlock();
  return { format: "senet algorithms 1", engine: runtime.name, cpu, channelBlock, milliseconds: {} };
}

/** The tasks of a step that can be computed in several ways and that a table does not tell, by their text. */
export function unmeasured(plan: (target: Target) => unknown, table: AlgorithmTable): Map<string, Task> {
  const tasks = new Map<string, Task>();
  const choose: Choose = (task, names) => {
    const known = Object.keys(table.milliseconds[taskText(task)] ?? {});
    if (names.length > 1 && known.join() !== names.join()) tasks.set(taskText(task), task);
    return undefined;
  };
  plan({ channelBlock: table.channelBlock, choose });
  return tasks;
}

/**
 * Measures how long every algorithm of every task takes on this machine and adds it to the table, one task after the other.
 * @throws the signal's reason when it is aborted; the table then holds what was measured.
 */
export async function tune(
  runtime: Runtime,
  tasks: ReadonlyMap<string, Task>,
  table: AlgorithmTable,
  { onTask, signal }: TuneEvents = {},
): Promise<void> {
  let done = 0;
  for (const [text, task] of tasks) {
    signal?.throwIfAborted();
    table.milliseconds[text] = await measure(runtime, task, table.channelBlock);
    onTask?.(++done, tasks.size);
  }
}

/** Runs of an algorithm that count: until there are enough of them and they took long enough for a clock. */
const RUNS = { least: 5, most: 25, milliseconds: 60 };

/**
 * Times every algorithm of a task in turn. The least of its runs counts, as what disturbs a run can only add to it; those
 * that take more than twice the best one's time drop out after their first runs.
 */
async function measure(runtime: Runtime, task: Task, channelBlock: number | undefined): Promise<Measured> {
  const resident = new Map(task.inputs.map(({ shape }, i) => [`x${i}`, noise(shape.map(Number), i)] as const));
  const runs = new Map<string, { readonly session: Session; readonly milliseconds: number[] }>();
  try {
    for (const name of algorithmNames(task, channelBlock)) {
      const graph = alone(task, { channelBlock, choose: () => name });
      runs.set(name, { session: await runtime.open(writeOnnx(graph), { resident }), milliseconds: [] });
    }
    let running = [...runs.values()];
    for (const { session } of running) await session.time({}, 1); // what a first run sets up is not the algorithm's
    while (running.length > 0) {
      for (const { session, milliseconds } of running) milliseconds.push(...(await session.time({}, 1)));
      const best = Math.min(...[...runs.values()].flatMap(({ milliseconds }) => milliseconds));
      running = running.filter(({ milliseconds }) => {
        const total = milliseconds.reduce((sum, each) => sum + each, 0);
        const enough = milliseconds.length >= RUNS.least && total >= RUNS.milliseconds;
        const far = Math.min(...milliseconds) > 2 * best && (milliseconds.length > 1 || milliseconds[0]! > 4 * best);
        return !enough && !far && milliseconds.length < RUNS.most;
      });
    }
    return Object.fromEntries([...runs].map(([name, { milliseconds }]) => [name, Math.min(...milliseconds)]));
  } finally {
    for (const { session } of runs.values()) await session.release();
  }
}

function algorithmNames(task: Task, channelBlock: number | undefined): readonly string[] {
  let found: readonly string[] = [];
  const choose: Choose = (_, names) => {
    found = names;
    return undefined;
  };
  alone(task, { channelBlock, choose });
  return found;
}

function noise(shape: readonly number[], seed: number): Tensor {
  const random = new Random(seed, "tune");
  return { dtype: "float32", shape, data: Float32Array.from({ length: elements(shape) }, () => random.normal()) };
}
