import { UserError } from "../errors.js";
import type { Weights } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { initialState } from "../step/state.js";
import type { TrainingStep } from "../step/training-step.js";
import { writeSafetensors } from "../weights/safetensors/safetensors.js";
import { stepReadme } from "./step-readme.js";

/** The names of the files of an exported training step. */
export const stepFiles = { graph: "step.onnx", state: "state.safetensors", readme: "README.md" } as const;

/**
 * A training step as files that any ONNX Runtime can train with: the graph, its first state and a README that says what
 * goes in and out.
 * @param weights where training starts.
 * @param seed of what is drawn at random inside the step.
 * @returns the bytes of every file by its name.
 * @throws UserError when the step was planned for one engine's own layout, or a weight is missing.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 * import { exportTrainingStep, planTraining } from "senet/step";
 *
 * const graph = createModel("seresnet20");
 * const files = exportTrainingStep(planTraining(graph, { batch: 16 }), initialise(graph, 1));
 * console.log([...files.keys()]); // [ 'step.onnx', 'state.safetensors', 'README.md' ]
 * ```
 */
export function exportTrainingStep(plan: TrainingStep, weights: Weights, seed = 0): ReadonlyMap<string, Uint8Array> {
  const foreign = plan.graph.nodes.find(({ domain }) => domain !== "");
  if (foreign !== undefined) {
    throw new UserError(
      `exportTrainingStep: got a step with ${foreign.domain}.${foreign.op}; expected ONNX's own operators; plan it without a target`,
    );
  }
  return new Map([
    [stepFiles.graph, writeOnnx(plan.graph)],
    [stepFiles.state, writeSafetensors(initialState(plan, weights, seed))],
    [stepFiles.readme, new TextEncoder().encode(stepReadme(plan))],
  ]);
}
