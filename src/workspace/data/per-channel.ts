import { optionError } from "../../errors.js";

/**
 * Numbers of which every channel of an image has one.
 * @param option what they are: `mean` or `std`.
 * @throws UserError when there are more or fewer.
 */
export function perChannel(
  option: string,
  numbers: readonly number[] | undefined,
  channels: number,
): readonly number[] | undefined {
  if (numbers === undefined || numbers.length === channels) return numbers;
  const count = channels === 1 ? "one number" : `${channels} numbers, one for each channel`;
  throw optionError(option, `got ${numbers.join(",")}; expected ${count}`);
}
