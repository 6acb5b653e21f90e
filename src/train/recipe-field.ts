import * as z from "zod/mini";
import { type Bound, bounds } from "../bounds.js";

/** Numbers that the range of a field may depend on; those that are not known set no limit. */
export interface Surroundings {
  /** How many training images there are. */
  readonly images: number;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
}

/** Where nothing is known: nothing is too much. */
export const limitless: Surroundings = {
  images: Number.POSITIVE_INFINITY,
  epochs: Number.POSITIVE_INFINITY,
  lr: Number.POSITIVE_INFINITY,
  batch: 1,
};

/** What a value must be beside its type. */
export interface Range<T> {
  holds(value: T, among: Surroundings): boolean;
  expected(among: Surroundings): string;
  /** The value as a message shows it. */
  shown(value: T): string;
}

/** All that is known of one field of a recipe. */
export interface Field<T> {
  readonly schema: z.ZodMiniType<T>;
  /** One sentence, or the part of one that follows the field's name. */
  readonly help: string;
  /** What stands for a value where usage is described: `rate`. Without one, a field has no flag or flags of its own. */
  readonly value?: string;
  readonly range?: Range<T>;
  readonly choices?: readonly string[];
  readonly default?: T;
  /** What happens without it, where one value does not say it. */
  readonly unsaid?: string;
}

/** What a field says of itself beside its type. */
type Said<T> = Omit<Field<T>, "schema" | "choices">;

export function field<T>(schema: z.ZodMiniType<T>, said: Said<T>): Field<T> {
  return { schema, ...said };
}

export const number = (said: Said<number>): Field<number> => field(z.number(), said);

export const toggle = (said: Said<boolean>): Field<boolean> => field(z.boolean(), said);

/** A field with one of a few values. */
export function choice<const T extends string>(choices: readonly T[], said: Said<T>): Field<T> {
  return { schema: z.enum(choices), range: oneOf(choices), choices, ...said };
}

/** A field with a name that `checkRecipe` looks up, so that a reader of files takes those of later versions. */
export function named(choices: readonly string[], said: Said<string>): Field<string> {
  return { schema: z.string(), range: oneOf(choices), choices, ...said };
}

/** The range of numbers that a rule holds for. */
export function numbers(
  holds: (value: number, among: Surroundings) => boolean,
  expected: string | ((among: Surroundings) => string),
): Range<number> {
  return { holds, expected: typeof expected === "string" ? () => expected : expected, shown: String };
}

/** The range of a part of a value, such as a limit of several kinds. */
export function part<T>(take: (value: T) => number, range: Range<number>): Range<T> {
  return {
    holds: (value, among) => range.holds(take(value), among),
    expected: range.expected,
    shown: (value) => range.shown(take(value)),
  };
}

/** What a number of a recipe may be where nothing else is known of the recipe; all become float32. */
export function boundOf({ holds, expected }: Range<number> = anyNumber): Bound {
  return { holds: (value) => isFloat32(value) && holds(value, limitless), expected: expected(limitless) };
}

/** Whether float32 has a finite number for it. */
export const isFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value));

const anyNumber: Range<number> = { holds: () => true, expected: () => "a number that float32 has", shown: String };

/** Whether it may be a number of images or batches. */
export const isWhole = bounds.images.holds;

/** Passes over images: every checkpoint holds the record of each. */
export const passes = numbers((value) => isWhole(value) && value <= 1e6, "a whole number from 1 to 1,000,000");
export const epochsAbove0 = numbers(
  (value) => value > 0 && value <= 1e6,
  "a number of epochs above 0, up to 1,000,000",
);
export const above0 = numbers((value) => value > 0, "a number above 0");
export const from0 = numbers((value) => value >= 0, "a number from 0");
export const from0Below1 = numbers((value) => value >= 0 && value < 1, "a number from 0, below 1");
export const above0To1 = numbers((value) => value > 0 && value <= 1, "a number above 0, at most 1");
export const between0And1 = numbers((value) => value > 0 && value < 1, "a number between 0 and 1");
export const from0To1 = numbers((value) => value >= 0 && value <= 1, "0 to 1");

function oneOf(choices: readonly string[]): Range<string> {
  return {
    holds: (value) => choices.includes(value),
    expected: () => `one of ${choices.join(", ")}`,
    shown: (value) => `"${value}"`,
  };
}
