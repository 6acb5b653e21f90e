import type { OptimizerRule } from "../transform/training-step.js";

/** Options of stochastic gradient descent. */
export interface SgdOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** λ of the penalty ½λ‖w‖² on weights; biases and batch-norm parameters are left out. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent as PyTorch defines it: d = g + λw, v ← μv + d, w ← w − lr·v,
 * or w ← w − lr·(d + μv) with Nesterov momentum.
 */
export function sgd({ momentum = 0.9, nesterov = true, weightDecay = 0 }: SgdOptions = {}): OptimizerRule {
  return {
    slots: ["momentum"],
    update: (g, { parameter, gradient, slots: [velocity], lr, decay }) => {
      const scaled = (x: typeof gradient, by: number) => g.call("Mul", [x, g.scalar(by)]);
      const d = decay && weightDecay !== 0 ? g.call("Add", [gradient, scaled(parameter, weightDecay)]) : gradient;
      const v = g.call("Add", [scaled(velocity!, momentum), d]);
      const direction = nesterov ? g.call("Add", [d, scaled(v, momentum)]) : v;
      return { parameter: g.call("Sub", [parameter, g.call("Mul", [direction, lr])]), slots: [v] };
    },
  };
}
