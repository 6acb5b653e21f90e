import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { OptimizerRule, OptimizerStep } from "../transform/optimizer-rule.js";
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
 */
export function adam({ betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 }: AdamOptions = {}): OptimizerRule {
  return adamRule({ betas, eps, weightDecay, decoupled: false });
}

/** Adam whose weight decay shrinks the weight itself: w ← w·(1 − lr·λ). Source: Loshchilov & Hutter 2017, arXiv:1711.05101. */
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
      const averages = movingAverages(g, betas, step);
      const rate = single(g, g.call("Reciprocal", [averages.correction]));
      return ({ parameter, gradient, slots, lr, weightDecay: decay }) => {
        const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
        const penalty = () => g.call("Add", [gradient, mul(parameter, g.scalar(decay))]);
        const { m, v, root } = averages.next(decay === 0 || decoupled ? gradient : penalty(), slots);
        const size = mul(lr, rate);
        const kept = () => mul(parameter, g.call("Sub", [g.scalar(1), mul(lr, g.scalar(decay))]));
        const moved = mul(g.call("Div", [m, g.call("Add", [root, g.scalar(eps)])]), size);
        return { parameter: g.call("Sub", [decay === 0 || !decoupled ? parameter : kept(), moved]), slots: [m, v] };
      };
    },
  };
}

/** The averages of gradient and squared gradient that Adam and LAMB share. */
export function movingAverages(
  g: GraphBuilder,
  [beta1, beta2]: readonly [number, number],
  { momentum, count }: OptimizerStep,
  gradientAveraging = true,
) {
  const first = momentum ?? beta1;
  const keep = momentum ?? g.scalar(beta1);
  const take = momentum === undefined ? g.scalar(1 - beta1) : g.call("Sub", [g.scalar(1), momentum]);
  const second = biasCorrection(g, beta2, count!);
  const sharpen = single(g, g.call("Div", [double(g, 1), g.call("Sqrt", [second])]));
  const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
  return {
    /** 1 − β₁ᵗ, float64: `m` is still to be divided by it. */
    correction: biasCorrection(g, first, count!),
    /** Both averages with a new gradient, and √v̂. */
    next(gradient: Value, [m, v]: readonly Value[]) {
      const nextM = g.call("Add", [mul(m!, keep), gradientAveraging ? mul(gradient, take) : gradient]);
      const squares = mul(mul(gradient, gradient), g.scalar(1 - beta2));
      const nextV = g.call("Add", [mul(v!, g.scalar(beta2)), squares]);
      return { m: nextM, v: nextV, root: mul(g.call("Sqrt", [nextV]), sharpen) };
    },
  };
}
