import type { Graph } from "../graph/graph.js";
import { familiar, isIgnored, namesOf } from "./familiar-names.js";
import type { ListedTensor } from "./tensor-listing.js";

/** Which tensor of a file is which parameter. */
export interface NameMatch {
  /** The tensor for a parameter, by the parameter's name. */
  readonly found: ReadonlyMap<string, ListedTensor>;
  /** Parameters without a tensor. */
  readonly missing: readonly string[];
  /** Tensors without a parameter. */
  readonly surplus: readonly string[];
}

/**
 * Finds the tensor of every parameter by its name: equal names first, then without the prefixes of wrappers, then by
 * the names other libraries use. Every tensor serves one parameter.
 */
export function matchNames(
  { parameters }: Graph,
  entries: readonly ListedTensor[],
  alias: (name: string) => string = (name) => name,
): NameMatch {
  const found = new Map(entries.flatMap((entry) => (parameters.has(entry.name) ? [[entry.name, entry] as const] : [])));
  const bySpelling = spellings(parameters.keys());
  const surplus: string[] = [];
  for (const entry of entries) {
    if (found.get(entry.name) === entry || isIgnored(entry.name)) continue;
    const target = namesOf(entry.name, alias)
      .map((name) => (parameters.has(name) ? name : bySpelling.get(familiar(name))))
      .find((name) => name !== undefined && !found.has(name));
    if (target === undefined) surplus.push(entry.name);
    else found.set(target, entry);
  }
  return { found, missing: [...parameters.keys()].filter((name) => !found.has(name)), surplus };
}

/** Parameters by their common spelling; names that only differ in it stay apart. */
function spellings(names: Iterable<string>): ReadonlyMap<string, string> {
  const bySpelling = new Map<string, string>();
  const twice = new Set<string>();
  for (const name of names) {
    const spelling = familiar(name);
    if (bySpelling.has(spelling)) twice.add(spelling);
    bySpelling.set(spelling, name);
  }
  for (const spelling of twice) bySpelling.delete(spelling);
  return bySpelling;
}
