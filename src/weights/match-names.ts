import { optionError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { familiar, isAside, isIgnored, namesOf } from "./familiar-names.js";
import type { ListedTensor } from "./tensor-listing.js";

/** Which tensor of a file is which parameter. */
export interface NameMatch {
  /** The tensor for a parameter, by the parameter's name. */
  readonly found: ReadonlyMap<string, ListedTensor>;
  /** Parameters without a tensor. */
  readonly missing: readonly string[];
  /** Tensors without a parameter. */
  readonly surplus: readonly string[];
  /** Counters, losses, metrics and auxiliary heads without a parameter. */
  readonly aside: readonly string[];
  /** What was taken off every name, such as `net.`; empty where nothing was. */
  readonly prefix: string;
}

type Alias = (name: string) => string;

/**
 * Finds the tensor of every parameter by its name: equal names first, then without the prefixes of wrappers, then by
 * the names other libraries use. Every tensor serves one parameter. Where that is not enough, a prefix that all names
 * share goes, if the rest fits exactly.
 * @param prefix what is taken off names instead; tensors without it are left alone.
 * @throws UserError when no name begins so.
 */
export function matchNames(
  graph: Graph,
  entries: readonly ListedTensor[],
  alias: Alias = (name) => name,
  prefix?: string,
): NameMatch {
  if (prefix !== undefined) {
    const those = entries.filter(({ name }) => name.startsWith(prefix));
    if (those.length > 0) return matchUnder(prefix, graph, those, alias);
    const example = entries[0]?.name ?? "none";
    throw optionError("prefix", `got "${prefix}"; expected one that names of tensors begin with, such as ${example}`);
  }
  const plain = matchUnder("", graph, entries, alias);
  if (plain.missing.length === 0) return plain;
  const fitting = prefixesOf(entries)
    .map((prefix) => matchUnder(prefix, graph, entries, alias))
    .find(({ missing, surplus }) => missing.length + surplus.length === 0);
  return fitting ?? plain;
}

/** Prefixes up to a dot that all weights share, the shortest first. */
function prefixesOf(entries: readonly ListedTensor[]): string[] {
  const names = entries.map(({ name }) => name).filter((name) => !isAside(name) && !isIgnored(name));
  const parts = names[0]?.split(".").slice(0, -1) ?? [];
  const prefixes = parts.map((_, i) => `${parts.slice(0, i + 1).join(".")}.`);
  const end = prefixes.findIndex((prefix) => !names.every((name) => name.startsWith(prefix)));
  return end < 0 ? prefixes : prefixes.slice(0, end);
}

/** The match of names without that prefix; names that do not have it stay. */
function matchUnder(prefix: string, { parameters }: Graph, listed: readonly ListedTensor[], alias: Alias): NameMatch {
  const shortOf = ({ name }: ListedTensor) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const entries = listed.map((entry) => ({ name: shortOf(entry), entry }));
  const found = new Map(entries.flatMap(({ name, entry }) => (parameters.has(name) ? [[name, entry] as const] : [])));
  const bySpelling = spellings(parameters.keys());
  const unused: string[] = [];
  for (const { name, entry } of entries) {
    if (found.get(name) === entry || isIgnored(name)) continue;
    const target = namesOf(name, alias)
      .map((name) => (parameters.has(name) ? name : bySpelling.get(familiar(name))))
      .find((name) => name !== undefined && !found.has(name));
    if (target === undefined) unused.push(entry.name);
    else found.set(target, entry);
  }
  const missing = [...parameters.keys()].filter((name) => !found.has(name));
  const surplus = unused.filter((name) => !isAside(name));
  return { found, missing, surplus, aside: unused.filter(isAside), prefix };
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
