import { Option } from "commander";
import { UserError } from "../../errors.js";

/** An option that takes a number. */
export function number(flags: string, description: string, fallback?: number): Option {
  const option = new Option(flags, description).argParser((text) => parseNumber(flags.split(" ")[0]!, text));
  return fallback === undefined ? option : option.default(fallback);
}

/** @throws UserError when the text is not a finite number. */
function parseNumber(flag: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new UserError(`${flag}: got "${text}"; expected a number`);
  return value;
}

/** Whole numbers from `least`: `wholeNumber("--seed", 3)`. @throws UserError for anything else. */
export function wholeNumber(flag: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UserError(`${flag}: got ${value}; expected a whole number from ${least}`);
  }
  return value;
}
