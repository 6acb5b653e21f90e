import { checkFits } from "../../files/node/machine.js";
import type { Graph } from "../../graph/graph.js";
import { elements } from "../../graph/tensor.js";

/** What makes a run smaller. */
const smaller = ["batch", "size", "input"];

/** @throws UserError where the weights of a network are more than the machine's memory. */
export function checkWeights({ parameters }: Pick<Graph, "parameters">): void {
  const numbers = [...parameters.values()].reduce((sum, { shape }) => sum + elements(shape), 0);
  checkFits(4 * numbers, () => `weights of ${numbers.toLocaleString("en-US")} numbers`, ["classes", "attention"]);
}

/** @throws UserError where a network and what is alive at once of so many images are more than the machine's memory. */
export async function checkInference(graph: Graph, batch: number): Promise<void> {
  if (graph.inputs[0]!.shape.some((size, i) => i > 0 && typeof size === "string")) return; // what comes says its size
  const { profile } = await import("../../account/profile.js");
  const { memory } = profile(graph);
  checkFits(memory.weightBytes + batch * memory.activationBytes, () => `runs on ${images(batch)}`, smaller);
}

/**
 * Checks a training step: weights, gradients and momentum, and what convolutions put out, all of which the way back
 * needs, or the most that is alive at once where parts are computed again.
 * @throws UserError where that is more than the machine's memory.
 */
export async function checkTrainingMemory(graph: Graph, batch: number, recompute = false): Promise<void> {
  const { profile } = await import("../../account/profile.js");
  const { activations, memory } = profile(graph);
  const image = Math.max(memory.activationBytes, recompute ? 0 : 4 * activations);
  checkFits(3 * memory.weightBytes + batch * image, () => `steps on ${images(batch)}`, smaller);
}

function images(batch: number): string {
  return batch === 1 ? "one image" : `${batch.toLocaleString("en-US")} images at a time`;
}
