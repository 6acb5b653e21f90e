import { attributesOf } from "../../graph/builder.js";
import { normalizeAxis } from "../../graph/dims/shape.js";
import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { channelAxis, isMap } from "../../read/maps.js";
import { convShape, isLayer } from "../layer-shapes.js";
import { type Paths, pathsTo } from "../paths.js";
import type { FoundUnit } from "./found-unit.js";
import { endOfBranch, enlarges } from "./residual-branches.js";

/** A node that puts maps one behind the other along their channels, and the ways that lead to them. */
interface Concatenation {
  readonly join: Node;
  readonly ends: readonly string[];
  readonly paths: Paths;
  /** How many layers with weights lie on each way alone. */
  readonly layers: readonly number[];
}

/**
 * Units that put a branch behind their input, a part of it or a smaller copy, as those of the ShuffleNets: two ways,
 * and a convolution of every channel by itself on the longer one, at whose end the block stands.
 * Source: Hu et al., arXiv:1709.01507, Table 3 (by its parameters), and the second version's own SE variant.
 */
export function channelSplitUnits(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return concatenationsIn(index, taken).flatMap(({ join, ends, paths, layers }) => {
    const [long, short] = layers[0]! > layers[1]! ? [0, 1] : [1, 0];
    const branch = paths.own[long]!;
    const filters = branch.some((node) => convShape(index, node)?.depthwise);
    if (ends.length !== 2 || layers[long] === layers[short] || !filters) return [];
    const residual = { from: paths.from, branch, shortcut: ends[short]! };
    const nodes = new Set([...paths.all, join]);
    return [{ kind: "channel-split unit", value: endOfBranch(index, ends[long]!), join, nodes, residual }];
  });
}

/**
 * Layers of dense blocks: what a layer makes of all features before it is put behind them. The block weighs the new
 * ones.
 */
export function denseLayers(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return concatenationsIn(index, taken).flatMap(({ join, ends }) => {
    const newest = newestOf(index, ends);
    if (newest === undefined) return [];
    const own = ownNodes(index, newest, ends);
    const collects = ends.length === 2 || [...own].some(({ op }) => op === "Concat");
    const layers = [...own].filter((node) => isLayer(index, node)).length;
    if (!collects || layers === 0 || [...own].some((node) => enlarges(node) || taken.has(node))) return [];
    return [{ kind: "dense layer", value: newest, join, nodes: own }];
  });
}

/**
 * Modules of several branches, or several layers in a row, whose outputs are put one behind the other, as those of
 * Inception, SqueezeNet and VoVNet. The block weighs the whole. A concatenation that only feeds another one is a part
 * of that one's module.
 * Source: Hu et al., arXiv:1709.01507, Figure 2.
 */
export function inceptionModules(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return concatenationsIn(index, taken).flatMap(({ join, ends, paths, layers }) => {
    const value = join.outputs[0]!;
    const inner = index.readers(value).some(({ node }) => node.op === "Concat");
    const several = layers.filter((count) => count > 0).length > 1;
    if (inner || !(newestOf(index, ends) === undefined ? several : isChain(index, ends, paths))) return [];
    if ([...paths.all].some(enlarges)) return [];
    return [{ kind: "concatenation", value, join, nodes: new Set([...paths.all, join]) }];
  });
}

/** Whether each of several maps is made of the one before, as in the modules of VoVNet, and not of all of them. */
function isChain(index: GraphIndex, ends: readonly string[], { all }: Paths): boolean {
  return ends.length > 2 && [...all].filter((node) => isLayer(index, node)).length >= ends.length - 1;
}

function concatenationsIn(index: GraphIndex, taken: ReadonlySet<Node>): Concatenation[] {
  return index.graph.nodes.flatMap((join) => {
    const ends = [...new Set(join.inputs)];
    if (join.op !== "Concat" || taken.has(join) || ends.length < 2 || !ends.every((name) => isMap(index, name))) {
      return [];
    }
    if (normalizeAxis(Number(attributesOf(join).axis), 4) !== channelAxis(index, ends[0]!)) return [];
    const paths = pathsTo(index, ends);
    if (paths === undefined) return [];
    const layers = paths.own.map((nodes) => nodes.filter((node) => isLayer(index, node)).length);
    return [{ join, ends, paths, layers }];
  });
}

/** The end that all others lead to. */
function newestOf(index: GraphIndex, ends: readonly string[]): string | undefined {
  const newest = ends.reduce((a, b) => (index.order(b) > index.order(a) ? b : a));
  const before = valuesBefore(index, newest, Math.min(...ends.map((name) => index.order(name))));
  return ends.every((name) => name === newest || before.has(name)) ? newest : undefined;
}

/** The values that one depends on, as far back as `least` in the order of the graph. */
function valuesBefore(index: GraphIndex, value: string, least: number): Set<string> {
  const found = new Set<string>();
  const visit = [value];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    if (found.has(name) || index.order(name) < least) continue;
    found.add(name);
    visit.push(...(index.maker(name)?.inputs.filter((input) => index.isComputed(input)) ?? []));
  }
  return found;
}

/** The nodes that make a value out of the others. */
function ownNodes(index: GraphIndex, value: string, ends: readonly string[]): Set<Node> {
  const others = new Set(ends.filter((name) => name !== value));
  return index.ancestors(value, (name) => others.has(name) || !index.isComputed(name));
}
