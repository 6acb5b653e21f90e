import { valueError } from "./errors.js";

/** The values that a number may have, and how a message says so. */
export interface Bound {
  holds(value: number): boolean;
  readonly expected: string;
}

/** Whole numbers. @param why what the largest follows from, where it is no matter of course. */
export function wholes(least: number, most = Number.MAX_SAFE_INTEGER, why?: string): Bound {
  return {
    holds: (value) => Number.isSafeInteger(value) && value >= least && value <= most,
    // Said where it is asked for: a first number in words takes 40 ms.
    get expected() {
      const to = most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most.toLocaleString("en-US")}`;
      return `a whole number from ${least}${to}${why === undefined ? "" : `, ${why}`}`;
    },
  };
}

/** Numbers that a rule holds for. */
export function reals(holds: (value: number) => boolean, expected: string): Bound {
  return { holds, expected };
}

/** A share of something. */
export const share = reals((value) => value >= 0 && value <= 1, "0 to 1");
export const shareAbove0 = reals((value) => value > 0 && value <= 1, "a share above 0, up to 1");

/** What numbers of options may be that depend on no other; what together is too much for the memory is told later. */
export const bounds = {
  /** Each has a name, and a test counts classes². */
  classes: wholes(1, 2 ** 20),
  batch: wholes(1, 2 ** 20),
  /** The longest side of a JPEG file. */
  size: wholes(1, 65_535),
  channels: wholes(1, 65_535),
  /** All doubles that are whole. */
  seed: wholes(0),
  /** Each is a training for itself, of which the report keeps every test image. */
  seeds: wholes(1, 1000),
  /** Times that are kept to take their median. */
  repeats: wholes(1, 1_000_000),
  images: wholes(1, 2 ** 32 - 1),
  /** Parts of a test, each a process. */
  shards: wholes(1, 100_000),
  rectangles: wholes(1, 1000),
  /** Of ONNX's operators; which of them can be written, the writer says. */
  opset: wholes(1, 1000),
  /** Up to a year. */
  minutes: reals((value) => value > 0 && value <= 525_600, "a time above 0, at most 525,600, a year"),
} satisfies Readonly<Record<string, Bound>>;

/** @throws UserError unless a number is within its bound. @param where the function that was given it. */
export function checkBound(where: string, option: string, value: number, { holds, expected }: Bound): void {
  if (!holds(value)) throw valueError(where, option, value, expected);
}
