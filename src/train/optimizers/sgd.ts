import type { Value } from "../../graph/graph.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";

/** Options of stochastic gradient descent. */
export interface SgdOptions {
  readonly momentum?: number | undefined;
  readonly nesterov?: boolean | undefined;
  /** λ of the penalty ½λ‖w‖² on weights; biases and batch-norm parameters are left out. */
  readonly weightDecay?: number | undefined;
}

/**
 * Stochastic gradient descent as PyTorch defines it: d = g + λw, v ← μv + d, w ← w − lr·v,
 * or w ← w − lr·(d + μv) with Nesterov momentum. Without momentum nothing is remembered.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, sgd, trainingStep } from "senet/step";
 *
 * const options = { batch: 8, loss: crossEntropy(), optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }) };
 * const { state } = trainingStep(createModel("resnet20"), options);
 * const names = state.map(({ input }) => input);
 * console.log(names.filter((name) => name.endsWith(".fc.bias"))); // [ 'momentum.fc.bias' ]
 * ```
 */
export function sgd({ momentum = 0.9, nesterov = true, weightDecay = 0 }: SgdOptions = {}): OptimizerRule {
  const remembers = momentum !== 0;
  return {
    slots: remembers ? [{ name: "momentum" }] : [],
    weightDecay,
    begin: (g, step) => {
      const mu = step.momentum ?? g.scalar(momentum);
      const scaled = (x: Value, by: Value) => g.call("Mul", [x, by]);
      return ({ parameter, gradient, slots: [velocity], lr, weightDecay: decay }) => {
        const d = decay === 0 ? gradient : g.call("Add", [gradient, scaled(parameter, g.scalar(decay))]);
        const v = velocity && g.call("Add", [scaled(velocity, mu), d]);
        const direction = v === undefined ? d : nesterov ? g.call("Add", [d, scaled(v, mu)]) : v;
        const next = g.call("Sub", [parameter, scaled(direction, lr)]);
        return { parameter: next, slots: v === undefined ? [] : [v] };
      };
    },
  };
}
