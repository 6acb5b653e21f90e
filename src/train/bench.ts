import type { Graph } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { elements } from "../graph/tensor.js";
import { Random } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { trainingStep } from "../transform/training-step.js";
import { crossEntropy } from "./losses.js";
import { sgd } from "./optimizers.js";
import { openStep } from "./trainer.js";

/**
 * Times the training step of a model with SGD on random images.
 * @returns the duration of each of `steps` steps in milliseconds, after three that are not counted.
 */
export async function timeTrainingStep(
  runtime: Runtime,
  graph: Graph,
  { batch, steps }: { batch: number; steps: number },
): Promise<number[]> {
  const target = { channelBlock: await runtime.channelBlock() };
  const optimizer = sgd({ weightDecay: 5e-4 });
  const plan = trainingStep(graph, { batch, loss: crossEntropy(), optimizer, target });
  const session = await openStep(runtime, plan, initialise(graph, 1));
  const random = new Random(1, "bench");
  const shape = [batch, ...graph.inputs[0]!.shape.slice(1).map(Number)];
  const classes = Number(graph.outputs[0]!.shape[1]);
  const feeds = {
    x: { dtype: "float32", shape, data: Float32Array.from({ length: elements(shape) }, () => random.normal()) },
    y: {
      dtype: "int64",
      shape: [batch],
      data: BigInt64Array.from({ length: batch }, () => BigInt(random.below(classes))),
    },
    lr: { dtype: "float32", shape: [], data: Float32Array.of(0.1) },
  } as const;
  await session.time(feeds, 3);
  const milliseconds = await session.time(feeds, steps);
  await session.release();
  return milliseconds;
}
