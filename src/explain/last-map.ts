import { UserError } from "../errors.js";
import { concrete } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { channelAxis, isMap } from "../read/maps.js";

/** Rows and columns of a map whose sizes are known. */
export function extentsOf(graph: Graph, map: string): { readonly height: number; readonly width: number } {
  const index = indexOf(graph);
  const [, ...shape] = concrete(index.value(map));
  const [height, width] = channelAxis(index, map) === 1 ? shape.slice(1) : shape;
  return { height: height!, width: width! };
}

/**
 * The last map with more than one place on the way to a value: what a network pools before it names classes.
 * @param graph its sizes are known.
 * @throws UserError when there is none, or several of which none leads to another.
 */
export function lastMap(graph: Graph, value: string): string {
  const index = indexOf(graph);
  const before = index.ancestors(value);
  const hasPlaces = (name: string) => {
    if (!isMap(index, name)) return false;
    const { height, width } = extentsOf(graph, name);
    return height * width > 1;
  };
  const leading = new Set<string>(); // values that lead to a map with places
  const last: string[] = [];
  for (const { outputs } of [...before].sort((a, b) => index.order(b.outputs[0]!) - index.order(a.outputs[0]!))) {
    const [name = ""] = outputs;
    const goesOn = index
      .readers(name)
      .some(({ node }) => before.has(node) && (hasPlaces(node.outputs[0]!) || leading.has(node.outputs[0]!)));
    if (goesOn) leading.add(name);
    else if (hasPlaces(name)) last.push(name);
  }
  const [only, ...others] = last;
  if (only !== undefined && others.length === 0) return only;
  throw new UserError(
    `${graph.name}: ${only === undefined ? "no map with places leads to its answer" : `several maps lead to its answer, ${last.join(", ")}`}; name one`,
    { option: "layer" },
  );
}
