import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { gatedMaps } from "./gate-nodes.js";
import { headOf } from "./head.js";
import { namesMatching } from "./name-pattern.js";

/** Patterns that stand for what parameters do, whatever a file calls them. */
const roles: Readonly<Record<string, (graph: Graph) => ReadonlySet<string>>> = {
  "@gates": gateParameters,
  "@head": (graph) => new Set(headOf(graph).map(({ name }) => name)),
};

/**
 * Those of `names` that one of the patterns fits: globs, regular expressions, `@gates` (all attention gates, found by
 * their form; none where there are none, see {@link checkRoles}) or `@head` (the layer that makes the logits).
 * @param names parameters of `graph`. @param what they are, for messages: "parameter".
 * @throws UserError when a pattern of names fits none, or there is no such role.
 */
export function parametersMatching(
  graph: Graph,
  patterns: string | readonly string[],
  names: readonly string[],
  what = "parameter",
): string[] {
  const found = new Set<string>();
  for (const pattern of typeof patterns === "string" ? [patterns] : patterns) {
    const fitting = pattern.startsWith("@") ? playing(pattern, graph, names) : namesMatching(pattern, names, what);
    for (const name of fitting) found.add(name);
  }
  return names.filter((name) => found.has(name));
}

/**
 * Refuses a role that none of the networks knows: among several that share a recipe, those without gates have nothing
 * that `@gates` fits.
 * @throws UserError that names the role.
 */
export function checkRoles(graphs: readonly Graph[], patterns: readonly string[]): void {
  for (const role of patterns.filter((pattern) => pattern.startsWith("@"))) {
    if (graphs.some((graph) => roleOf(role)(graph).size > 0)) continue;
    const names = graphs.map(({ name }) => name).join(", ");
    throw new UserError(
      `got "${role}" for ${names} without attention gates; expected a network that has some, such as senet insert writes`,
    );
  }
}

function playing(role: string, graph: Graph, names: readonly string[]): string[] {
  const all = roleOf(role)(graph);
  return names.filter((name) => all.has(name));
}

function roleOf(role: string): (graph: Graph) => ReadonlySet<string> {
  if (Object.hasOwn(roles, role)) return roles[role]!;
  throw new UserError(`got pattern "${role}"; expected ${Object.keys(roles).join(" or ")}, or one of names`);
}

/** What the nodes of all gates hold, running statistics of batch norms within them included. */
export function gateParameters(graph: Graph): ReadonlySet<string> {
  const nodes = gatedMaps(graph).flatMap(({ nodes }) => [...nodes]);
  const held = nodes.flatMap(({ inputs }) => inputs);
  return new Set(held.filter((name) => graph.parameters.has(name)));
}
