import { median } from "../evaluate/median.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { elements, type Tensor } from "../graph/tensor.js";
import { type Choose, type Task, taskText } from "../lower/algorithms.js";
import { alone } from "../lower/alone.js";
import type { Target } from "../lower/lower.js";
import { Random } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import type { AlgorithmTable, Measured } from "./algorithm-table.js";

/** What is measured; and what a caller may follow while algorithms are. */
export interface TuneOptions {
  readonly runtime: Runtime;
  /** By their text, as `unmeasured` gives them. */
  readonly tasks: ReadonlyMap<string, Task>;
  /** What is measured is added to it. */
  readonly table: AlgorithmTable;
  /** Called after every task. */
  readonly onTask?: (done: number, of: number) => void;
  /** Stops it between two tasks. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A table in which nothing is measured yet.
 * @example
 * ```ts
 * import { nodeRuntime } from "senet/node";
 * import { emptyTable } from "senet/step";
 *
 * const runtime = nodeRuntime({ threads: 1 });
 * console.log((await emptyTable(runtime, "this CPU")).milliseconds); // {}
 * await runtime.close();
 * ```
 */
export async function emptyTable(runtime: Runtime, cpu: string): Promise<AlgorithmTable> {
  const channelBlock = await runtime.channelBlock();
  return { format: "senet algorithms 1", engine: runtime.name, cpu, channelBlock, milliseconds: {} };
}

/**
 * The tasks of a step that can be computed in several ways and that a table does not tell, by their text.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { nodeRuntime } from "senet/node";
 * import { emptyTable, planTraining, unmeasured } from "senet/step";
 *
 * const runtime = nodeRuntime();
 * const table = await emptyTable(runtime, "this CPU");
 * await runtime.close();
 * const graph = createModel("resnet20");
 * console.log(unmeasured((target) => planTraining(graph, { batch: 8 }, target), table).size > 0); // true
 * ```
 */
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
 * Measures how long every algorithm of every task takes on this machine and adds it to the table, one task after the
 * other.
 * @throws the signal's reason when it is aborted; the table then holds what was measured.
 * @example
 * ```ts
 * import { GraphBuilder } from "senet/graph";
 * import { classifier, conv, Scope } from "senet/layers";
 * import { nodeRuntime } from "senet/node";
 * import { choicesOf, emptyTable, planTraining, type Target, tune, unmeasured } from "senet/step";
 *
 * const g = new GraphBuilder("small");
 * const p = new Scope(g);
 * const y = conv(p.at("conv"), g.input("x", "float32", ["N", 8, 8, 8]), { channels: 8, kernel: 3 });
 * g.output(classifier(p.at("fc"), y, { classes: 2 }), "logits");
 * const plan = (target: Target) => planTraining(g.build(), { batch: 2 }, target);
 *
 * const runtime = nodeRuntime();
 * const table = await emptyTable(runtime, "this CPU");
 * await tune({ runtime, tasks: unmeasured(plan, table), table });
 * await runtime.close();
 * console.log(Object.keys(choicesOf(table)).length > 0); // true
 * ```
 */
export async function tune({ runtime, tasks, table, onTask, signal }: TuneOptions): Promise<void> {
  let done = 0;
  for (const [text, task] of tasks) {
    signal?.throwIfAborted();
    table.milliseconds[text] = await measure(runtime, task, table.channelBlock);
    onTask?.(++done, tasks.size);
  }
}

/**
 * Runs of a turn that count, after one that sets up, and turns: until there are enough, or they took long enough for a
 * clock.
 */
const RUNS = 2;
const TURNS = { least: 4, most: 10, milliseconds: 60 };

/**
 * Times every algorithm of a task in turn: the least run of each turn, the median of the turns. Those that take more
 * than twice the best one's time have no other turn.
 */
async function measure(runtime: Runtime, task: Task, channelBlock: number | undefined): Promise<Measured> {
  const resident = new Map(task.inputs.map(({ shape }, i) => [`x${i}`, noise(shape.map(Number), i)] as const));
  const all = algorithmNames(task, channelBlock).map((name) => {
    const onnx = writeOnnx(alone(task, { channelBlock, choose: () => name }));
    return { name, onnx, turns: [] as number[] };
  });
  let running = all;
  for (let turn = 1; running.length > 0; turn++) {
    for (const { onnx, turns } of running) turns.push(await oneTurn(runtime, onnx, resident));
    const best = Math.min(...all.flatMap(({ turns }) => turns));
    running = running.filter(({ turns }) => {
      const total = RUNS * turns.reduce((sum, each) => sum + each, 0);
      const enough = turn >= TURNS.least && (total >= TURNS.milliseconds || turn === TURNS.most);
      return !enough && Math.min(...turns) <= 2 * best;
    });
  }
  return Object.fromEntries(all.map(({ name, turns }) => [name, median(turns)]));
}

/** Opened for its turn alone: threads of other sessions would keep a core busy for a while after their last run. */
async function oneTurn(runtime: Runtime, onnx: Uint8Array, resident: ReadonlyMap<string, Tensor>): Promise<number> {
  const session = await runtime.open(onnx, { resident });
  try {
    const [, ...milliseconds] = await session.time({}, 1 + RUNS);
    return Math.min(...milliseconds);
  } finally {
    await session.release();
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
