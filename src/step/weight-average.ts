import { concrete } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { float64 } from "../graph/tensor.js";
import type { StateWriter } from "./state-writer.js";

/** Options of the moving average of weights. Names and defaults: timm's ModelEmaV2, and ModelEmaV3 for the warm-up. */
export interface WeightAverage {
  /** Weight of the average so far, 0.9999 by default. */
  readonly decay?: number | undefined;
  /**
   * True: update t, counted from 0, uses min(decay, 1 − (1 + t)^(−2/3)), so that the average soon forgets the start.
   */
  readonly warmup?: boolean | undefined;
}

/**
 * Keeps an exponential moving average of weights and running statistics: e ← d·e + (1 − d)·w after every update. It
 * starts as a copy of the weights.
 * @param next the weights after this step by name.
 */
export function averageWeights(
  writer: StateWriter,
  next: ReadonlyMap<string, Value>,
  { decay = 0.9999, warmup = false }: WeightAverage,
): void {
  const { g } = writer;
  const [old, fresh] = warmup ? warmingUp(writer, decay) : [g.scalar(decay), g.scalar(1 - decay)];
  for (const [name, weight] of next) {
    const before = writer.enter(`ema.${name}`, "float32", concrete(weight));
    const after = g.call("Add", [g.call("Mul", [before, old]), g.call("Mul", [weight, fresh])]);
    writer.leave(before.name, after, { kind: "average", start: { copy: name }, gated: true });
  }
}

/** d and 1 − d of this update. In double precision: 1 − d is small. */
function warmingUp(writer: StateWriter, decay: number): readonly [Value, Value] {
  const { g } = writer;
  const double = (x: number) => g.constant(float64([], [x]));
  const t = g.cast(writer.updates().next, "float64"); // 1 + t, as t counts from 0
  const rising = g.call("Pow", [t, double(-2 / 3)]);
  const rest = g.call("Max", [rising, double(1 - decay)]); // 1 − d
  const single = (x: Value) => g.cast(x, "float32");
  return [single(g.call("Sub", [double(1), rest])), single(rest)];
}
