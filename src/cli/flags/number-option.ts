import { Option } from "commander";
import type { Bound } from "../../bounds.js";
import { UserError } from "../../errors.js";

/** An option that takes a number within a bound. */
export function number(flags: string, description: string, bound: Bound, fallback?: number): Option {
  const flag = flags.split(" ")[0]!;
  const option = new Option(flags, description).argParser((text) => parseNumber(flag, text, bound));
  return fallback === undefined ? option : option.default(fallback);
}

/** @throws UserError when the text is no number within the bound. */
export function parseNumber(flag: string, text: string, { holds, expected }: Bound): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new UserError(`${flag}: got "${text}"; expected ${expected}`);
  if (!holds(value)) throw new UserError(`${flag}: got ${text.trim()}; expected ${expected}`);
  return value;
}
