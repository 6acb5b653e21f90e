import type { Graph, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { elements } from "../graph/tensor.js";
import type { Target } from "../lower/lower.js";
import { Random } from "../random.js";
import type { Runtime, Tensors } from "../runtime/runtime.js";
import { type TrainingStep, trainingStep } from "../step/training-step.js";
import { crossEntropy } from "./losses.js";
import { openStep } from "./open-step.js";
import { sgd } from "./optimizers/optimizers.js";

/** A training step (SGD with Nesterov momentum and weight decay), first weights, and a batch of random images. */
export interface BenchStep {
  readonly plan: TrainingStep;
  readonly weights: Weights;
  readonly feeds: Tensors;
}

/** Makes the training step of a model that is to be timed. */
export function benchStep(graph: Graph, batch: number, target: Target): BenchStep {
  const plan = trainingStep(graph, { batch, loss: crossEntropy(), optimizer: sgd({ weightDecay: 5e-4 }), target });
  const random = new Random(1, "bench");
  const shape = [batch, ...graph.inputs[0]!.shape.slice(1).map(Number)];
  const classes = Number(graph.outputs[0]!.shape[1]);
  const x = Float32Array.from({ length: elements(shape) }, () => random.normal());
  const y = BigInt64Array.from({ length: batch }, () => BigInt(random.below(classes)));
  const feeds: Tensors = {
    x: { dtype: "float32", shape, data: x },
    y: { dtype: "int64", shape: [batch], data: y },
    lr: { dtype: "float32", shape: [], data: Float32Array.of(0.1) },
  };
  return { plan, weights: initialise(graph, 1), feeds };
}

/** A training step that is ready to be timed. */
export interface TrainingBench {
  /** Runs that many steps on the same batch. @returns milliseconds of each. */
  time(steps: number): Promise<number[]>;
  close(): Promise<void>;
}

/** Opens the training step of a model with a batch of random images. */
export async function openTrainingBench(
  runtime: Runtime,
  graph: Graph,
  batch: number,
  target: Omit<Target, "channelBlock"> = {},
): Promise<TrainingBench> {
  const { plan, weights, feeds } = benchStep(graph, batch, { ...target, channelBlock: await runtime.channelBlock() });
  const session = await openStep({ runtime, step: plan, weights, seed: 0, takeOver: true });
  return { time: (steps) => session.time(feeds, steps), close: () => session.release() };
}
