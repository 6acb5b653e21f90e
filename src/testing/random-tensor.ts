import { elements, float32, type Tensor } from "../graph/tensor.js";
import { Random } from "../random.js";

/** A float32 tensor with entries uniform in [low, high), the same for the same seed. */
export function randomTensor(shape: readonly number[], seed: number, { low = -1, high = 1 } = {}): Tensor<"float32"> {
  const random = new Random(seed, "tensor", ...shape);
  const data = Float32Array.from({ length: elements(shape) }, () => low + (high - low) * random.float());
  return float32(shape, data);
}

/** A float32 tensor with entries of either sign whose size is uniform in [low, high): none near a kink at 0. */
export function awayFromZero(shape: readonly number[], seed: number, { low = 0.2, high = 1 } = {}): Tensor<"float32"> {
  const random = new Random(seed, "away-from-zero", ...shape);
  const sized = () => (random.below(2) === 0 ? 1 : -1) * (low + (high - low) * random.float());
  return float32(shape, Float32Array.from({ length: elements(shape) }, sized));
}

/** Tensors of these shapes whose entries all lie at least `gap` apart: none ties with another one, or is near it. */
export function distinctTensors(
  shapes: readonly (readonly number[])[],
  seed: number,
  { gap = 0.1 } = {},
): Tensor<"float32">[] {
  const counts = shapes.map(elements);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const order = new Random(seed, "distinct", total).permutation(total);
  let start = 0;
  return shapes.map((shape, i) => {
    const part = order.slice(start, start + counts[i]!);
    start += counts[i]!;
    return float32(
      shape,
      Array.from(part, (place) => (place - total / 2) * gap),
    );
  });
}

/**
 * A float32 tensor of multiples of 1/20 around 0, no two of them equal: the largest of any stays so when ε is added.
 */
export function distinctTensor(shape: readonly number[], seed: number): Tensor<"float32"> {
  return distinctTensors([shape], seed, { gap: 0.05 })[0]!;
}
