import * as z from "zod/mini";
import { UserError } from "../errors.js";
import { readAs } from "../schema.js";
import { type ComparisonResults, comparisonResults } from "./results.js";

/**
 * The text of `results.json`: indented, with every list of numbers on one line.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { formatResults, parseResults } from "senet/report";
 *
 * const results = parseResults(await readFile("results.json", "utf8"));
 * console.log(formatResults(results).split("\n")[1]); //   "kind": "senet-comparison",
 * ```
 */
export function formatResults(results: ComparisonResults): string {
  // A line break outside of a string is structure, so "[⏎" opens a list and never text.
  const inline = (list: string) => list.replace(/\s+/g, "");
  return `${JSON.stringify(results, null, 2).replace(/\[\n[\d\s,.eE+\-nul]+\]/g, inline)}\n`;
}

/**
 * Reads the text of a `results.json`.
 * @throws UserError when it is no JSON, or no comparison of a version this code knows.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { parseResults } from "senet/report";
 *
 * const { models, comparisons } = parseResults(await readFile("results.json", "utf8"));
 * console.log(models.map(({ name }) => name), comparisons[0]?.verdict); // [ 'resnet20', 'seresnet20' ] cannot tell
 * ```
 */
export function parseResults(text: string): ComparisonResults {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`results.json: not valid JSON (${error instanceof Error ? error.message : error})`);
  }
  const parsed = readAs(comparisonResults, json);
  if (!parsed.success) throw new UserError(`results.json: not a senet comparison\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
