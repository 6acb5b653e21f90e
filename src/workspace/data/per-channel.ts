import { optionError } from "../../errors.js";

/**
 * Numbers of which every channel of an image has one.
 * @param option what they are; of a `std`, which divides, all are above 0.
 * @throws UserError when there are more or fewer, or a std is not above 0.
 */
export function perChannel(
  option: "mean" | "std",
  numbers: readonly number[] | undefined,
  channels: number,
): readonly number[] | undefined {
  if (option === "std" && numbers?.some((number) => !(number > 0))) {
    throw optionError(option, `got ${numbers.join(",")}; expected numbers above 0`);
  }
  if (numbers === undefined || numbers.length === channels) return numbers;
  const count = channels === 1 ? "one number" : `${channels} numbers, one for each channel`;
  throw optionError(option, `got ${numbers.join(",")}; expected ${count}`);
}
