import type { Graph } from "../graph/graph.js";
import type { Target } from "../lower/lower.js";
import { checkRoles } from "../read/parameter-roles.js";
import type { LossRule } from "../step/gradient-step.js";
import { draftStep, type StepDraft, type TrainingStep } from "../step/training-step.js";
import { binaryCrossEntropy, crossEntropy } from "./losses.js";
import { optimizerOf } from "./optimizers/optimizers.js";
import { mixes, type Recipe } from "./recipe.js";

/** What of a recipe shapes the step itself; the rest is about data and time. */
export interface StepRecipe extends Partial<Omit<Recipe, "epochs" | "lr" | "batch">> {
  readonly batch: number;
  /** True: images come with two labels each; left out, where mixup or cutmix is on. */
  readonly mixed?: boolean | undefined;
}

/** What a step is made for. */
export interface PlanOptions extends Target {
  /**
   * The networks that share the recipe, of which one must have the gates that it speaks of (the model alone by
   * default).
   */
  readonly sharedBy?: readonly Graph[] | undefined;
}

/**
 * The training step of a model by a recipe.
 * @throws UserError when the model cannot be trained so: an operator without gradient, a pattern that fits nothing.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { planTraining } from "senet/step";
 *
 * const recipe = { batch: 16, optimizer: "adamw", clip: { norm: 1 }, ema: { decay: 0.999 } };
 * const { graph } = planTraining(createModel("seresnet20"), recipe);
 * console.log(graph.inputs.slice(0, 3).map(({ name }) => name)); // [ 'x', 'y', 'lr' ]
 * ```
 */
export function planTraining(
  graph: Graph,
  recipe: StepRecipe,
  { sharedBy, ...target }: PlanOptions = {},
): TrainingStep {
  return draftTraining(graph, recipe, { sharedBy }).write(target);
}

/**
 * The training step of a model by a recipe, before it is known where it will run: `train` takes it, so that what was
 * checked is not planned again.
 * @throws UserError as {@link planTraining}.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { draftTraining } from "senet/step";
 *
 * const draft = draftTraining(createModel("seresnet20"), { batch: 16 });
 * console.log(draft.write({}).graph.inputs[0]?.shape); // [ 16, 3, 32, 32 ]
 * ```
 */
export function draftTraining(
  graph: Graph,
  recipe: StepRecipe,
  { sharedBy = [graph] }: Pick<PlanOptions, "sharedBy"> = {},
): StepDraft {
  checkRoles(sharedBy, patternsOf(recipe));
  return draftStep(graph, {
    ...recipe, // what the step calls as the recipe does
    loss: lossOf(recipe),
    optimizer: optimizerOf(recipe.optimizer ?? "sgd", recipe),
    mixed: recipe.mixed ?? mixes(recipe),
    momentumInput: movesMomentum(recipe),
  });
}

/** All patterns of parameters in a recipe. */
function patternsOf({ learn = [], groups = [], frozenBatchNorm }: StepRecipe): string[] {
  const frozen = typeof frozenBatchNorm === "boolean" ? [] : (frozenBatchNorm ?? []);
  return [learn, frozen, ...groups.map(({ match }) => match)].flat();
}

/** True where the schedule says what the momentum is, so that the step takes it as the input `momentum`. */
export function movesMomentum({
  schedule,
  cycleMomentum = true,
}: Pick<StepRecipe, "schedule" | "cycleMomentum">): boolean {
  return schedule === "onecycle" && cycleMomentum;
}

/** The loss of a recipe. */
export function lossOf({ loss, smoothing, bceTargetThreshold }: StepRecipe): LossRule {
  return loss === "bce"
    ? binaryCrossEntropy({ smoothing, targetThreshold: bceTargetThreshold })
    : crossEntropy({ smoothing });
}
