/**
 * The multiple of `divisor` nearest to `value`, at least one of it; one more where rounding down would lose too much.
 * Source: TensorFlow's MobileNet, as in torchvision and timm (`make_divisible`).
 * @param keep the share of `value` that must be left; 0 asks for the nearest multiple, whatever it is.
 */
export function divisible(value: number, { divisor = 8, keep = 0 } = {}): number {
  const rounded = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < keep * value ? rounded + divisor : rounded;
}
