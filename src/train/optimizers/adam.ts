import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import type { OptimizerRule, OptimizerStep } from "../../step/optimizer-rule.js";
import { biasCorrection, double, single } from "./bias-correction.js";

/** Options of Adam and AdamW. Names and defaults as in PyTorch. */
export interface AdamOptions {
  /** How much of the averages of gradient and squared gradient is kept. */
  readonly betas?: readonly [number, number] | undefined;
  readonly eps?: number | undefined;
  readonly weightDecay?: number | undefined;
}

/**
 * Adam as PyTorch defines it, weight decay being a penalty in the gradient: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * w ← w − lr·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ). Source: Kingma & Ba 2014, arXiv:1412.6980.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { adam, crossEntropy, trainingStep } from "senet/step";
 *
 * const options = { batch: 8, loss: crossEntropy(), optimizer: adam({ betas: [0.9, 0.99] }) };
 * const { state } = trainingStep(createModel("resnet20"), options);
 * const names = state.map(({ input }) => input);
 * console.log(names.filter((name) => name.endsWith(".fc.bias"))); // [ 'exp_avg.fc.bias', 'exp_avg_sq.fc.bias' ]
 * ```
 */
export function adam({ betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 }: AdamOptions = {}): OptimizerRule {
  return adamRule({ betas, eps, weightDecay, decoupled: false });
}

/**
 * Adam whose weight decay shrinks the weight itself: w ← w·(1 − lr·λ).
 * Source: Loshchilov & Hutter 2017, arXiv:1711.05101.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { adamW, crossEntropy, trainingStep } from "senet/step";
 *
 * const options = { batch: 8, loss: crossEntropy(), optimizer: adamW({ weightDecay: 0.05 }) };
 * const { state } = trainingStep(createModel("resnet20"), options);
 * const names = state.map(({ input }) => input);
 * console.log(names.filter((name) => name.endsWith(".fc.bias"))); // [ 'exp_avg.fc.bias', 'exp_avg_sq.fc.bias' ]
 * ```
 */
export function adamW({ betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 }: AdamOptions = {}): OptimizerRule {
  return adamRule({ betas, eps, weightDecay, decoupled: true });
}

interface AdamRuleOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupled: boolean;
}

function adamRule({ betas, eps, weightDecay, decoupled }: AdamRuleOptions): OptimizerRule {
  return {
    slots: [{ name: "exp_avg" }, { name: "exp_avg_sq" }],
    weightDecay,
    counts: true,
    begin: (g, step) => {
      const averages = movingAverages(g, { betas, eps }, step);
      const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
      return ({ parameter, gradient, slots, lr, weightDecay: decay }) => {
        const penalty = () => g.call("Add", [gradient, mul(parameter, g.scalar(decay))]);
        const { m, v, direction } = averages.next(decay === 0 || decoupled ? gradient : penalty(), slots);
        const kept = () => mul(parameter, g.call("Sub", [g.scalar(1), mul(lr, g.scalar(decay))]));
        const moved = mul(direction, mul(lr, averages.scale));
        return { parameter: g.call("Sub", [decay === 0 || !decoupled ? parameter : kept(), moved]), slots: [m, v] };
      };
    },
  };
}

/** Options of {@link movingAverages}. */
export interface AverageOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** False: the new gradient enters its average with weight 1. */
  readonly gradAveraging?: boolean;
}

/**
 * The averages of gradient and squared gradient that Adam and LAMB share. With c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ the step
 * m̂ / (√v̂ + ε) is written as (√c₂ / c₁)·m / (√v + ε√c₂), which is a pass over memory less.
 */
export function movingAverages(
  g: GraphBuilder,
  { betas: [beta1, beta2], eps, gradAveraging = true }: AverageOptions,
  { momentum, count }: OptimizerStep,
) {
  const keep = momentum ?? g.scalar(beta1);
  const take = momentum === undefined ? g.scalar(1 - beta1) : g.call("Sub", [g.scalar(1), momentum]);
  const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
  const root = g.call("Sqrt", [biasCorrection(g, beta2, count!)]);
  const epsilon = single(g, mul(root, double(g, eps)));
  return {
    /** √c₂ / c₁: `direction` is still to be multiplied by it. */
    scale: single(g, g.call("Div", [root, biasCorrection(g, momentum ?? beta1, count!)])),
    /** Both averages with a new gradient, and m / (√v + ε√c₂). */
    next(gradient: Value, [m, v]: readonly Value[]) {
      const nextM = g.call("Add", [mul(m!, keep), gradAveraging ? mul(gradient, take) : gradient]);
      const squares = mul(mul(gradient, gradient), g.scalar(1 - beta2));
      const nextV = g.call("Add", [mul(v!, g.scalar(beta2)), squares]);
      const direction = g.call("Div", [nextM, g.call("Add", [g.call("Sqrt", [nextV]), epsilon])]);
      return { m: nextM, v: nextV, direction };
    },
  };
}
