/** What a {@link UserError} knows beside its text. */
export interface UserErrorDetails extends ErrorOptions {
  /** The option that is wrong, or that mends it, by its name in the library; or several. */
  readonly option?: string | readonly string[] | undefined;
  /**
   * What is wrong with that option's value, in a text that does not name it: `got 0; expected a whole number from 1`.
   */
  readonly about?: string | undefined;
}

/**
 * A mistake of the caller that one line can explain: what was given, what was expected, what to do. The text speaks the
 * library's words; whoever has a flag or a field for an option names it by `options` and `about`.
 * The command line prints one line and exits with code 2.
 * @example
 * ```ts
 * import { createModel, UserError } from "senet";
 *
 * try {
 *   createModel("seresnet51");
 * } catch (error) {
 *   if (!(error instanceof UserError)) throw error;
 *   console.log(error.message.split("; ").at(-1)); // did you mean "seresnet50"?
 * }
 * ```
 */
export class UserError extends Error {
  override name = "UserError";
  /** The options that are wrong or that mend it, by their names in the library. */
  readonly options: readonly string[];
  readonly about: string | undefined;

  constructor(message: string, { option = [], about, cause }: UserErrorDetails = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.options = [option].flat();
    this.about = about;
  }
}

/**
 * A failure of the engine at a graph that it should run: a fault of senet or of the engine, not of the caller. `cause`
 * is the engine's own error. The command line asks for a report and exits with code 1.
 * @example
 * ```ts
 * import { EngineError, writeOnnx } from "senet";
 * import { GraphBuilder } from "senet/graph";
 * import { nodeRuntime } from "senet/node";
 *
 * const g = new GraphBuilder("not lowered");
 * const x = g.input("x", "float32", [2]);
 * g.output(g.call("ReluGradient", [x, x]), "y"); // an operator of senet's own, which no engine has
 * const runtime = nodeRuntime();
 * const failure = await runtime.open(writeOnnx(g.build())).catch((error: unknown) => error);
 * await runtime.close();
 * console.log(failure instanceof EngineError); // true
 * ```
 */
export class EngineError extends Error {
  override name = "EngineError";
}

/** The value of an option is wrong: `optionError("labels", "got 3 names; expected 10")`. */
export function optionError(option: string, about: string): UserError {
  return new UserError(`${option}: ${about}`, { option, about });
}

/**
 * A function refuses the value of an option: `train: got batch 0; expected a whole number from 1`.
 * @param called what the text calls the option.
 */
export function valueError(
  where: string,
  option: string,
  value: string | number | readonly (string | number)[],
  expected: string,
  called = option,
): UserError {
  const about = `got ${value}; expected ${expected}`;
  return new UserError(`${where}: got ${called} ${value}; expected ${expected}`, { option, about });
}

/**
 * Does `work`. A `UserError` of it then begins with a name, such as that of the file that is wrong, unless it does so
 * already; other errors stay as they are.
 */
export function withContext<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(name)) throw error;
    throw new UserError(`${name}: ${error.message}`, { option: error.options, cause: error });
  }
}

/** The entry of `known` nearest to `given`, or undefined: at most two edits, or a third of its length, away. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein distance between two strings. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replace));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * A text out of a file that nobody vouches for, fit for one line of a message: short, and without control characters.
 */
export function quoted(text: string): string {
  const line = text.slice(0, 200).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
