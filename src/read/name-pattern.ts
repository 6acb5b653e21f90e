import { nearest, UserError } from "../errors.js";

/**
 * The test a name pattern stands for: `layer1.*` is a glob, in which `*` is any run of characters, dots included, and
 * `?` any one; `/^layer[12]\./` is a regular expression, found anywhere in the name.
 * @throws UserError when a regular expression does not parse.
 */
export function namePattern(pattern: string): RegExp {
  const body = /^\/(.+)\/$/.exec(pattern)?.[1];
  if (body === undefined) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  }
  try {
    return new RegExp(body);
  } catch (error) {
    throw new UserError(`pattern ${pattern}: got ${(error as Error).message}; expected a regular expression or a glob`);
  }
}

/**
 * Those of `names` that one of the patterns fits.
 * @param what the names are, for messages: "parameter".
 * @throws UserError when a pattern fits none, naming one that is near it.
 */
export function namesMatching(patterns: string | readonly string[], names: readonly string[], what: string): string[] {
  const found = new Set<string>();
  for (const pattern of typeof patterns === "string" ? [patterns] : patterns) {
    const test = namePattern(pattern);
    const fitting = names.filter((name) => test.test(name));
    if (fitting.length === 0) throw new UserError(nothingFits(pattern, names, what));
    for (const name of fitting) found.add(name);
  }
  return names.filter((name) => found.has(name));
}

/** Names near the pattern: those that contain its longest plain part, else the nearest one, else the first few. */
function nothingFits(pattern: string, names: readonly string[], what: string): string {
  const parts = pattern.split(/[^\w.]+/).toSorted((a, b) => b.length - a.length);
  const stems = [parts[0]!, parts[0]!.split(".")[0]!].filter((stem) => stem.length > 1);
  const near = stems.map((stem) => names.filter((name) => name.includes(stem))).find((list) => list.length > 0);
  const one = nearest(pattern, names);
  const shown = near ?? (one === undefined ? names : [one]);
  const list = `${shown.slice(0, 4).join(", ")}${shown.length > 4 ? ", …" : ""}`;
  return `got pattern "${pattern}", which fits no ${what}; expected one that fits names such as ${list}`;
}
