import type { Value } from "../../graph/graph.js";
import type { OptimizerRule } from "../../step/optimizer-rule.js";

/** Options of RMSprop as TensorFlow has it. Names and defaults as in timm. */
export interface RmspropTfOptions {
  /** How much of the average of squared gradients is kept. */
  readonly alpha?: number | undefined;
  /** Added under the root. */
  readonly eps?: number | undefined;
  readonly momentum?: number | undefined;
  readonly weightDecay?: number | undefined;
  /** True: weight decay shrinks the weight itself in place of entering the gradient. */
  readonly decoupledDecay?: boolean | undefined;
  /** False: the learning rate is multiplied to what the momentum gives, as PyTorch does, not to what enters it. */
  readonly lrInMomentum?: boolean | undefined;
}

/**
 * RMSprop as TensorFlow computes it, which published EfficientNet and MobileNetV3 recipes rely on: the average of
 * squared gradients starts at 1, ε stands under the root, and the learning rate enters the momentum.
 * s ← s + (1 − α)(g² − s), b ← μb + lr·g / √(s + ε), w ← w − b. Source: timm's RMSpropTF.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, rmspropTf, trainingStep } from "senet/step";
 *
 * const options = { batch: 8, loss: crossEntropy(), optimizer: rmspropTf({ momentum: 0.9 }) };
 * const { state } = trainingStep(createModel("resnet20"), options);
 * const names = state.map(({ input }) => input);
 * console.log(names.filter((name) => name.endsWith(".fc.bias"))); // [ 'square_avg.fc.bias', 'momentum_buffer.fc.bias' ]
 * ```
 */
export function rmspropTf(options: RmspropTfOptions = {}): OptimizerRule {
  const { alpha = 0.9, eps = 1e-10, momentum = 0, weightDecay = 0 } = options;
  const { decoupledDecay = false, lrInMomentum = true } = options;
  return {
    slots: [{ name: "square_avg", start: 1 }, ...(momentum > 0 ? [{ name: "momentum_buffer" }] : [])],
    weightDecay,
    begin: (g, step) => {
      const mu = step.momentum ?? g.scalar(momentum);
      const mul = (x: Value, by: Value) => g.call("Mul", [x, by]);
      return ({ parameter: w, gradient, slots: [squares, buffer], lr, weightDecay: decay }) => {
        const inGradient = decay !== 0 && !decoupledDecay;
        const d = inGradient ? g.call("Add", [gradient, mul(w, g.scalar(decay))]) : gradient;
        const change = g.call("Sub", [mul(d, d), squares!]);
        const s = g.call("Add", [squares!, mul(change, g.scalar(1 - alpha))]);
        const scaled = g.call("Div", [d, g.call("Sqrt", [g.call("Add", [s, g.scalar(eps)])])]);
        const kept = decay !== 0 && decoupledDecay ? mul(w, g.call("Sub", [g.scalar(1), mul(lr, g.scalar(decay))])) : w;
        if (buffer === undefined) return { parameter: g.call("Sub", [kept, mul(scaled, lr)]), slots: [s] };
        const b = g.call("Add", [mul(buffer, mu), lrInMomentum ? mul(scaled, lr) : scaled]);
        return { parameter: g.call("Sub", [kept, lrInMomentum ? b : mul(b, lr)]), slots: [s, b] };
      };
    },
  };
}
