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

/** A float32 tensor of multiples of 1/20 around 0, no two of them equal: the largest of any stays so when ε is added. */
export function distinctTensor(shape: readonly number[], seed: number): Tensor<"float32"> {
  const order = new Random(seed, "distinct", ...shape).permutation(elements(shape));
  return float32(
    shape,
    Float32Array.from(order, (i) => (i - order.length / 2) / 20),
  );
}
