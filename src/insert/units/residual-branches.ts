import { sameShape } from "../../graph/dims/shape.js";
import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { isOfKind, opOf } from "../../ops/index.js";
import { dataInputs, isMap } from "../../read/maps.js";
import { isConstantFactor, isLayer } from "../layer-shapes.js";
import { pathsTo } from "../paths.js";
import type { FoundUnit } from "./found-unit.js";

/**
 * Residual units: a sum of two maps of one shape that come from one value, where more layers with weights lie on one
 * way, the branch, than on the other, the shortcut. The block stands at the end of the branch.
 * Source: Hu et al., arXiv:1709.01507, Figure 3.
 */
export function residualBranches(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  const sums = new Set<Node>();
  const units: FoundUnit[] = [];
  for (const join of index.graph.nodes) {
    if (taken.has(join) || (join.op !== "Add" && join.op !== "Sum")) continue;
    const unit = residualUnit(index, join, sums);
    if (unit === undefined) continue;
    sums.add(join);
    units.push(unit);
  }
  return units;
}

/** The residual unit that a sum ends, unless it holds one of the `inner` sums. */
export function residualUnit(index: GraphIndex, join: Node, inner: ReadonlySet<Node>): FoundUnit | undefined {
  const ends = join.inputs;
  if (ends.length !== 2 || ends[0] === ends[1] || !ends.every((name) => isMap(index, name))) return undefined;
  const [a, b] = ends.map((name) => index.value(name).shape);
  if (!sameShape(a!, b!)) return undefined;
  const paths = pathsTo(index, ends);
  if (paths === undefined) return undefined;
  const layers = paths.own.map((nodes) => nodes.filter((node) => isLayer(index, node)).length);
  const [long, short] = layers[0]! > layers[1]! ? [0, 1] : [1, 0];
  if (layers[long] === layers[short] || [...paths.all].some((node) => inner.has(node))) return undefined;
  if (paths.own[long]!.some(enlarges)) return undefined;
  // a way that only takes a part of the map, as between the scales of a Res2Net, is no shortcut past a unit
  if (ends[short] !== paths.from && paths.own[short]!.every((node) => isOfKind(node, "cut"))) return undefined;
  const residual = { from: paths.from, branch: paths.own[long]!, shortcut: ends[short]! };
  const nodes = new Set([...paths.all, join]);
  return { kind: "residual branch", value: endOfBranch(index, ends[long]!), join, nodes, residual };
}

/** Whether a node makes a map larger again: sums over that are those of a pyramid, not of a unit. */
export function enlarges({ op, domain }: Node): boolean {
  const rule = opOf(op, domain);
  return rule.kind === "enlarge" || (rule.kind === "layer" && rule.enlarges);
}

/** The value before what scales a branch down, moves its axes or does nothing, where nothing else reads it. */
export function endOfBranch(index: GraphIndex, value: string): string {
  const last = index.maker(value);
  if (last === undefined || index.onlyReader(value) === undefined) return value;
  const passes = last.op === "Identity" || last.op === "Transpose" || isOfKind(last, "random");
  const before = passes || isConstantFactor(index, last) ? dataInputs(index, last)[0] : undefined;
  if (before === undefined || index.onlyReader(before) === undefined || !isMap(index, before)) return value;
  return endOfBranch(index, before);
}
