import { attributesOf } from "../../graph/builder.js";
import { normalizeAxis } from "../../graph/dims/shape.js";
import type { Node } from "../../graph/graph.js";
import type { Wiring } from "../../read/wiring.js";
import { convShape, isLayer } from "../layer-shapes.js";
import { type Paths, pathsTo } from "../paths.js";
import type { Place } from "./place.js";
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
 * Units that put a branch behind their input, a part of it or a smaller copy, as those of the ShuffleNets: two ways, and a
 * convolution of every channel by itself on the longer one, at whose end the block stands.
 * Source: Hu et al., arXiv:1709.01507, Table 3 (by its parameters), and the second version's own SE variant.
 */
export function channelSplitUnits(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return concatenationsIn(wiring, taken).flatMap(({ join, ends, paths, layers }) => {
    const [long, short] = layers[0]! > layers[1]! ? [0, 1] : [1, 0];
    const branch = paths.own[long]!;
    const filters = branch.some((node) => convShape(wiring, node)?.depthwise);
    if (ends.length !== 2 || layers[long] === layers[short] || !filters) return [];
    const residual = { from: paths.from, branch, shortcut: ends[short]! };
    const nodes = new Set([...paths.all, join]);
    return [{ kind: "channel-split unit", value: endOfBranch(wiring, ends[long]!), join, nodes, residual }];
  });
}

/**
 * Layers of dense blocks: what a layer makes of all features before it is put behind them. The block weighs the new ones.
 */
export function denseLayers(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return concatenationsIn(wiring, taken).flatMap(({ join, ends }) => {
    const newest = newestOf(wiring, ends);
    if (newest === undefined) return [];
    const own = ownNodes(wiring, newest, ends);
    const collects = ends.length === 2 || [...own].some(({ op }) => op === "Concat");
    const layers = [...own].filter((node) => isLayer(wiring, node)).length;
    if (!collects || layers === 0 || [...own].some((node) => enlarges(node) || taken.has(node))) return [];
    return [{ kind: "dense layer", value: newest, join, nodes: own }];
  });
}

/**
 * Modules of several branches, or several layers in a row, whose outputs are put one behind the other, as those of Inception,
 * SqueezeNet and VoVNet. The block
 * weighs the whole. A concatenation that only feeds another one is a part of that one's module.
 * Source: Hu et al., arXiv:1709.01507, Figure 2.
 */
export function inceptionModules(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return concatenationsIn(wiring, taken).flatMap(({ join, ends, paths, layers }) => {
    const value = join.outputs[0]!;
    const inner = wiring.readers(value).some(({ node }) => node.op === "Concat");
    const several = layers.filter((count) => count > 0).length > 1;
    if (inner || !(newestOf(wiring, ends) === undefined ? several : isChain(wiring, ends, paths))) return [];
    if ([...paths.all].some(enlarges)) return [];
    return [{ kind: "concatenation", value, join, nodes: new Set([...paths.all, join]) }];
  });
}

/** Whether each of several maps is made of the one before, as in the modules of VoVNet, and not of all of them. */
function isChain(wiring: Wiring, ends: readonly string[], { all }: Paths): boolean {
  return ends.length > 2 && [...all].filter((node) => isLayer(wiring, node)).length >= ends.length - 1;
}

function concatenationsIn(wiring: Wiring, taken: ReadonlySet<Node>): Concatenation[] {
  return wiring.graph.nodes.flatMap((join) => {
    const ends = [...new Set(join.inputs)];
    if (join.op !== "Concat" || taken.has(join) || ends.length < 2 || !ends.every((name) => wiring.isMap(name)))
      return [];
    if (normalizeAxis(Number(attributesOf(join).axis), 4) !== wiring.channelAxis(ends[0]!)) return [];
    const paths = pathsTo(wiring, ends);
    if (paths === undefined) return [];
    const layers = paths.own.map((nodes) => nodes.filter((node) => isLayer(wiring, node)).length);
    return [{ join, ends, paths, layers }];
  });
}

/** The end that all others lead to. */
function newestOf(wiring: Wiring, ends: readonly string[]): string | undefined {
  const newest = ends.reduce((a, b) => (wiring.order(b) > wiring.order(a) ? b : a));
  const before = valuesBefore(wiring, newest, Math.min(...ends.map((name) => wiring.order(name))));
  return ends.every((name) => name === newest || before.has(name)) ? newest : undefined;
}

/** The values that one depends on, as far back as `least` in the order of the graph. */
function valuesBefore(wiring: Wiring, value: string, least: number): Set<string> {
  const found = new Set<string>();
  const visit = [value];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    if (found.has(name) || wiring.order(name) < least) continue;
    found.add(name);
    visit.push(...(wiring.maker(name)?.inputs.filter((input) => wiring.isComputed(input)) ?? []));
  }
  return found;
}

/** The nodes that make a value out of the others. */
function ownNodes(wiring: Wiring, value: string, ends: readonly string[]): Set<Node> {
  const others = new Set(ends.filter((name) => name !== value));
  const found = new Set<Node>();
  const visit = [value];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    const node = wiring.maker(name);
    if (node === undefined || others.has(name) || found.has(node)) continue;
    found.add(node);
    visit.push(...node.inputs.filter((input) => wiring.isComputed(input)));
  }
  return found;
}
