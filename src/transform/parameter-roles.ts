import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { gateNodes } from "./gate-nodes.js";
import { headOf } from "./head.js";
import { namesMatching } from "./name-pattern.js";

/** Patterns that stand for what parameters do, whatever a file calls them. */
const roles: Readonly<Record<string, (graph: Graph) => ReadonlySet<string>>> = {
  "@gates": gateParameters,
  "@head": (graph) => new Set(headOf(graph).map(({ name }) => name)),
};

/**
 * Those of `names` that one of the patterns fits: globs, regular expressions, `@gates` (all attention gates, found by their
 * form) or `@head` (the layer that makes the logits).
 * @param names parameters of `graph`. @param what they are, for messages: "parameter".
 * @throws UserError when a pattern fits none, or there is no such role.
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

function playing(role: string, graph: Graph, names: readonly string[]): string[] {
  const find = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (find === undefined) {
    throw new UserError(`got pattern "${role}"; expected ${Object.keys(roles).join(" or ")}, or one of names`);
  }
  const all = find(graph);
  const fitting = names.filter((name) => all.has(name));
  if (fitting.length > 0) return fitting;
  throw new UserError(
    role === "@gates"
      ? `${graph.name}: got "@gates" for a network without attention gates; expected one that has some, such as senet insert writes`
      : `${graph.name}: got "${role}", which fits nothing here; give names or patterns of names`,
  );
}

/** What the nodes of all gates hold, running statistics of batch norms within them included. */
function gateParameters(graph: Graph): ReadonlySet<string> {
  const held = Array.from(gateNodes(graph), ({ inputs }) => inputs).flat();
  return new Set(held.filter((name) => graph.parameters.has(name)));
}
