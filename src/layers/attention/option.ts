/** How an option is written on a command line, and what it may be. */
export interface OptionRule {
  /** For messages and lists: `a positive number`. */
  readonly expected: string;
  /** The value of a text; undefined when it is none. */
  read(text: string): number | boolean | string | undefined;
}

/** A number above 0. */
export const positive: OptionRule = {
  expected: "a positive number",
  read: (text) => (Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : undefined),
};

/** A whole number from `least`. */
export function whole(least: number): OptionRule {
  return {
    expected: `a whole number of at least ${least}`,
    read: (text) => (/^\d+$/.test(text) && Number(text) >= least ? Number(text) : undefined),
  };
}

/** `true` or `false`. */
export const flag: OptionRule = {
  expected: "true or false",
  read: (text) => (text === "true" ? true : text === "false" ? false : undefined),
};

/** One of some words. */
export function oneOf(...words: readonly string[]): OptionRule {
  return { expected: words.join(", "), read: (text) => (words.includes(text) ? text : undefined) };
}

/** What either of two rules takes. */
export function either(first: OptionRule, second: OptionRule): OptionRule {
  return {
    expected: `${first.expected} or ${second.expected}`,
    read: (text) => first.read(text) ?? second.read(text),
  };
}
