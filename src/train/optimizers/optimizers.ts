import { UserError } from "../../errors.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";
import { adam, adamW } from "./adam.js";
import { lamb } from "./lamb.js";
import { rmspropTf } from "./rmsprop-tf.js";
import { sgd } from "./sgd.js";

export { adam, adamW, lamb, rmspropTf, sgd };

/** The numbers of every optimizer under one name each. What is left out is the optimizer's own default. */
export interface OptimizerOptions {
  readonly momentum?: number | undefined;
  readonly nesterov?: boolean | undefined;
  readonly weightDecay?: number | undefined;
  readonly betas?: readonly [number, number] | undefined;
  readonly eps?: number | undefined;
  /** Of RMSprop: how much of the average of squared gradients is kept. */
  readonly alpha?: number | undefined;
  /** Of RMSprop: weight decay shrinks the weight itself. */
  readonly decoupledDecay?: boolean | undefined;
}

/** The optimizers by timm's names. */
export const optimizers = {
  sgd,
  adam,
  adamw: adamW,
  lamb,
  rmsproptf: rmspropTf,
} as const satisfies Record<string, (options: OptimizerOptions) => OptimizerRule>;

/** The name of an optimizer. */
export type OptimizerName = keyof typeof optimizers;

/** The optimizer of that name. @throws UserError when the name is unknown. */
export function optimizerOf(name: string, options: OptimizerOptions): OptimizerRule {
  if (!Object.hasOwn(optimizers, name)) {
    throw new UserError(`unknown optimizer "${name}"; expected one of ${Object.keys(optimizers).join(", ")}`);
  }
  return optimizers[name as OptimizerName](options);
}
