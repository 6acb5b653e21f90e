import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { globalNorm } from "../../step/clip-gradients.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";
import { movingAverages } from "./adam.js";

/** Options of LAMB. Names and defaults as in timm. */
export interface LambOptions {
  readonly betas?: readonly [number, number] | undefined;
  readonly eps?: number | undefined;
  readonly weightDecay?: number | undefined;
  /** False: the new gradient enters its average with weight 1 in place of 1 − β₁. */
  readonly gradAveraging?: boolean | undefined;
  /** All gradients are scaled down to this common norm where they exceed it; undefined never does. */
  readonly maxGradNorm?: number | undefined;
  /** True: the trust ratio is at most 1. */
  readonly trustClip?: boolean | undefined;
  /** True: parameters without weight decay have a trust ratio too. */
  readonly alwaysAdapt?: boolean | undefined;
}

/**
 * LAMB as timm defines it: u = m̂ / (√v̂ + ε) + λw, w ← w − lr·(‖w‖ / ‖u‖)·u, with Adam's averages of gradients whose
 * common norm is at most `maxGradNorm`; the ratio is 1 where a norm is 0. Source: You et al. 2019, arXiv:1904.00962.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, lamb, trainingStep } from "senet/step";
 *
 * const options = { batch: 8, loss: crossEntropy(), optimizer: lamb({ weightDecay: 0.02 }) };
 * const { state } = trainingStep(createModel("resnet20"), options);
 * const names = state.map(({ input }) => input);
 * console.log(names.filter((name) => name.endsWith(".fc.bias"))); // [ 'exp_avg.fc.bias', 'exp_avg_sq.fc.bias' ]
 * ```
 */
export function lamb(options: LambOptions = {}): OptimizerRule {
  const { betas = [0.9, 0.999], eps = 1e-6, weightDecay = 0.01, gradAveraging = true } = options;
  const maxGradNorm = "maxGradNorm" in options ? options.maxGradNorm : 1;
  const { trustClip = false, alwaysAdapt = false } = options;
  return {
    slots: [{ name: "exp_avg" }, { name: "exp_avg_sq" }],
    weightDecay,
    counts: true,
    begin: (g, step) => {
      const averages = movingAverages(g, { betas, eps, gradAveraging }, step);
      const shrink = maxGradNorm === undefined ? undefined : clipFactor(g, step.gradients, maxGradNorm);
      const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
      return ({ parameter, gradient, slots, lr, weightDecay: decay }) => {
        const { m, v, direction } = averages.next(shrink === undefined ? gradient : mul(gradient, shrink), slots);
        const adapted = mul(direction, averages.scale);
        const u = decay === 0 ? adapted : g.call("Add", [adapted, mul(parameter, g.scalar(decay))]);
        const size = decay === 0 && !alwaysAdapt ? lr : mul(lr, trustRatio(g, parameter, u, trustClip));
        return { parameter: g.call("Sub", [parameter, mul(u, size)]), slots: [m, v] };
      };
    },
  };
}

/** max ÷ norm where the common norm exceeds it, else 1. */
function clipFactor(g: GraphBuilder, gradients: readonly Value[], largest: number): Value {
  const ratio = g.call("Div", [g.scalar(largest), globalNorm(g, gradients)]);
  return g.call("Min", [ratio, g.scalar(1)]);
}

/** ‖w‖ / ‖u‖, 1 where either is 0. */
function trustRatio(g: GraphBuilder, w: Value, u: Value, clip: boolean): Value {
  const [ofWeight, ofUpdate] = [globalNorm(g, [w]), globalNorm(g, [u])];
  const both = g.call("Greater", [g.call("Mul", [ofWeight, ofUpdate]), g.scalar(0)]);
  const ratio = g.call("Where", [both, g.call("Div", [ofWeight, ofUpdate]), g.scalar(1)]);
  return clip ? g.call("Min", [ratio, g.scalar(1)]) : ratio;
}
