import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";
import { randomTensor } from "../testing/random-tensor.js";
import { type NamedTensors, openGraph } from "../testing/run-graph.js";
import { initialState } from "./state.js";
import type { TrainingStep } from "./training-step.js";

/** A training step with the state it has come to. */
export interface Stepping {
  /** Runs the step once and carries the state on. @returns what it gives besides. */
  step(feeds: NamedTensors): Promise<Record<string, Tensor>>;
  /** The state by input. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** The value of one state tensor as numbers. */
  numbers(name: string): number[];
  release(): Promise<void>;
}

/** Opens a training step with its first state. */
export async function stepping(plan: TrainingStep, weights: Weights, seed = 0): Promise<Stepping> {
  const open = await openGraph(plan.graph);
  const state = initialState(plan, weights, seed);
  return {
    state,
    step: async (feeds) => {
      const results = await open.run({ ...Object.fromEntries(state), ...feeds });
      for (const { input, output } of plan.state) state.set(input, results[output]!);
      const renewed = new Set(plan.state.map(({ output }) => output));
      return Object.fromEntries(Object.entries(results).filter(([name]) => !renewed.has(name)));
    },
    numbers: (name) => Array.from(state.get(name)!.data, Number),
    release: () => open.release(),
  };
}

/** Images [batch, 3, 6, 6] and labels of 4 classes, others for every seed. */
export function batchOf(batch: number, seed: number): { x: Tensor; y: Tensor } {
  const labels = Array.from({ length: batch }, (_, n) => (n * 3 + seed) % 4);
  return { x: randomTensor([batch, 3, 6, 6], seed), y: int64([batch], labels) };
}

/** A float32 scalar. */
export function scalar(x: number): Tensor {
  return float32([], [x]);
}

/** A boolean scalar. */
export function flag(on: boolean): Tensor {
  return { dtype: "bool", shape: [], data: Uint8Array.of(on ? 1 : 0) };
}

/**
 * A small network over images [N, 3, 6, 6]: two convolutions, batch norm after the first if asked, and a dense layer.
 */
export function smallNet({ norm = true, head = (_: GraphBuilder, x: Value) => x } = {}): Graph {
  const g = new GraphBuilder("small");
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", 3, 6, 6]);
  let y = conv(p.at("conv1"), x, { channels: 4, kernel: 3 });
  if (norm) y = batchNorm(p.at("bn1"), y);
  y = conv(p.at("conv2"), g.call("Relu", [y]), { channels: 5, kernel: 3, stride: 2 });
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Sigmoid", [y])])]);
  g.output(linear(p.at("fc"), head(g, pooled), { features: 4 }), "logits");
  return g.build();
}

/** Starting weights of a graph. */
export function weightsOf(graph: Graph): Weights {
  return initialise(graph, 1);
}
