import type { Graph } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { elements } from "../graph/tensor.js";
import { Random } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { trainingStep } from "../transform/training-step.js";
import { crossEntropy } from "./losses.js";
import { openStep } from "./open-step.js";
import { sgd } from "./optimizers.js";

/** A training step that is ready to be timed. */
export interface TrainingBench {
  /** Runs that many steps on the same batch. @returns milliseconds of each. */
  time(steps: number): Promise<number[]>;
  close(): Promise<void>;
}

/** Opens the training step of a model (SGD with Nesterov momentum and weight decay) with a batch of random images. */
export async function openTrainingBench(runtime: Runtime, graph: Graph, batch: number): Promise<TrainingBench> {
  const target = { channelBlock: await runtime.channelBlock() };
  const optimizer = sgd({ weightDecay: 5e-4 });
  const plan = trainingStep(graph, { batch, loss: crossEntropy(), optimizer, target });
  const session = await openStep(runtime, plan, initialise(graph, 1));
  const random = new Random(1, "bench");
  const shape = [batch, ...graph.inputs[0]!.shape.slice(1).map(Number)];
  const classes = Number(graph.outputs[0]!.shape[1]);
  const x = Float32Array.from({ length: elements(shape) }, () => random.normal());
  const y = BigInt64Array.from({ length: batch }, () => BigInt(random.below(classes)));
  const feeds = {
    x: { dtype: "float32", shape, data: x },
    y: { dtype: "int64", shape: [batch], data: y },
    lr: { dtype: "float32", shape: [], data: Float32Array.of(0.1) },
  } as const;
  return { time: (steps) => session.time(feeds, steps), close: () => session.release() };
}
