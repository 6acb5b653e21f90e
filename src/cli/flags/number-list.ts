import { UserError } from "../../errors.js";

/**
 * The numbers between the commas of a flag such as `0.485,0.456,0.406`.
 * @param expected what the error says was wanted.
 * @param counts how many there may be; any number unless given.
 * @throws UserError when a part is no finite number, or there are more or fewer.
 */
export function numbersOf(flag: string, text: string, expected: string, counts?: readonly number[]): number[] {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite) && (counts?.includes(numbers.length) ?? true)) return numbers;
  throw new UserError(`${flag}: got "${text}"; expected ${expected}`);
}

/** Two numbers, likewise. */
export function pairOf(flag: string, text: string, example: string): [number, number] {
  const [first, second] = numbersOf(flag, text, `two numbers such as ${example}`, [2]);
  return [first!, second!];
}
