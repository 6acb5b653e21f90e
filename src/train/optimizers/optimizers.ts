import { UserError } from "../../errors.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";
import type { PartialRecipe } from "../recipe.js";
import type { optimizerNames } from "../recipe-fields.js";
import { adam, adamW } from "./adam.js";
import { lamb } from "./lamb.js";
import { rmspropTf } from "./rmsprop-tf.js";
import { sgd } from "./sgd.js";

export { adam, adamW, lamb, rmspropTf, sgd };

/** The numbers of every optimizer under one name each. What is left out is the optimizer's own default. */
export type OptimizerOptions = Pick<
  PartialRecipe,
  "momentum" | "nesterov" | "weightDecay" | "betas" | "eps" | "alpha" | "decoupledDecay"
>;

/** The name of an optimizer. */
export type OptimizerName = (typeof optimizerNames)[number];

/** The optimizers by timm's names. */
export const optimizers = {
  sgd,
  adam,
  adamw: adamW,
  lamb,
  rmsproptf: rmspropTf,
} as const satisfies Record<OptimizerName, (options: OptimizerOptions) => OptimizerRule>;

/** The optimizer of that name. @throws UserError when the name is unknown. */
export function optimizerOf(name: string, options: OptimizerOptions): OptimizerRule {
  if (!Object.hasOwn(optimizers, name)) {
    throw new UserError(`unknown optimizer "${name}"; expected one of ${Object.keys(optimizers).join(", ")}`);
  }
  return optimizers[name as OptimizerName](options);
}
