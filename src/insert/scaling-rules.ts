import type { Node } from "../graph/graph.js";
import type { GraphIndex, Reader } from "../graph/graph-index.js";
import { opOf } from "../ops/index.js";
import type { KindTraits, OpKind, ScalingTrait } from "../ops/op-kind.js";
import { isData } from "../read/maps.js";
import { tensorBehind } from "../read/stored-tensor.js";

/** How an operator passes on a map that was multiplied by a power of two. */
export type ScalingRule = (scaling: Scaling, node: Node) => void;

/** What a rule says of a node's inputs and outputs. */
export interface Scaling {
  readonly index: GraphIndex;
  /** Values that are multiplied alike: inputs by their number, the first output by "out". */
  alike(node: Node, ...parts: readonly Part[]): void;
  /** Values that must stay as they are. */
  keep(node: Node, ...parts: readonly Part[]): void;
  /** A stored tensor that is multiplied as `plus` is and divided as `minus` is. */
  absorb(reader: Reader, plus: Part, minus?: Part): void;
}

/** An input by its number, or the first output. */
export type Part = number | "out";

/** Inputs of a node that hold numbers computed from the graph's inputs. */
function computed({ index }: Scaling, node: Node): number[] {
  return node.inputs.flatMap((name, i) => (isData(index, name) ? [i] : []));
}

const stored = ({ index }: Scaling, node: Node, input: number) => tensorBehind(index, { node, input }) !== undefined;

/** f(2x) = f(x): nothing that is known, so everything stays. */
const keepAll: ScalingRule = (s, node) => s.keep(node, "out", ...computed(s, node));

/** f(2x) = 2·f(x). */
const moves: ScalingRule = (s, node) => (computed(s, node).join() === "0" ? s.alike(node, 0, "out") : keepAll(s, node));

/** f(2x, 2y) = 2·f(x, y), where what is stored is doubled too. */
const joins: ScalingRule = (s, node) => {
  const live = computed(s, node);
  s.alike(node, "out", ...live);
  for (const [input, name] of node.inputs.entries()) {
    if (name === "" || live.includes(input)) continue;
    if (stored(s, node, input)) s.absorb({ node, input }, "out");
    else s.keep(node, "out");
  }
};

/** clip(2x, 2a, 2b) = 2·clip(x, a, b), and padding with 2a likewise: the stored inputs after the first are doubled. */
const limited =
  (settings: readonly number[]): ScalingRule =>
  (s, node) => {
    if (computed(s, node).join() !== "0") return keepAll(s, node);
    s.alike(node, 0, "out");
    for (const input of settings) {
      if ((node.inputs[input] ?? "") === "") continue;
      if (stored(s, node, input)) s.absorb({ node, input }, "out");
      else s.keep(node, "out");
    }
  };

/** y = W·x + b: whatever happens to x and y, W and b can make up for it. */
const layer: ScalingRule = (s, node) => {
  const rule = opOf(node.op, node.domain);
  const bias = rule.kind === "layer" ? rule.bias : undefined;
  const known = node.inputs
    .slice(1)
    .every((name, i) => !name || (stored(s, node, i + 1) && (i === 0 || i + 1 === bias)));
  if (computed(s, node).join() !== "0" || !node.inputs[1] || !known) return keepAll(s, node);
  s.absorb({ node, input: 1 }, "out", 0);
  if (bias !== undefined && node.inputs[bias]) s.absorb({ node, input: bias }, "out");
};

/** Normalisation takes its input as it is, as ε is added to its variance; its weight and bias scale what it makes. */
const norm: ScalingRule = (s, node) => {
  if (computed(s, node).join() !== "0" || !stored(s, node, 1)) return keepAll(s, node);
  s.keep(node, 0);
  s.absorb({ node, input: 1 }, "out");
  if (!node.inputs[2]) return;
  if (stored(s, node, 2)) s.absorb({ node, input: 2 }, "out");
  else s.keep(node, "out");
};

/** A stored factor makes up for a difference; of two maps the smaller one, a gate, stays as it is. */
const product: ScalingRule = (s, node) => {
  const live = computed(s, node);
  if (live.length === 2) {
    const [a, b] = node.inputs.map((name) => s.index.value(name).shape);
    const gate = smaller(b!, a!) ? 1 : smaller(a!, b!) ? 0 : undefined;
    if (gate === undefined) return keepAll(s, node);
    s.keep(node, gate);
    return s.alike(node, 1 - gate, "out");
  }
  const factor = 1 - live[0]!;
  if (stored(s, node, factor)) s.absorb({ node, input: factor }, "out", live[0]!);
  else s.alike(node, live[0]!, "out");
};

function smaller(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length <= b.length && a.some((dim, i) => dim === 1 && b[b.length - a.length + i] !== 1);
}

/** The rules by what an operator's file says. */
const told: Readonly<Record<Extract<ScalingTrait, string>, ScalingRule>> = {
  keeps: keepAll,
  moves,
  joins,
  multiplies: product,
};

/** The rules of operators whose files do not say it, as their kinds do. */
const implied: Readonly<Record<Implied, ScalingRule>> = {
  logic: keepAll,
  view: moves,
  cut: moves,
  enlarge: moves,
  norm,
  layer,
  index: keepAll,
  shape: keepAll,
  random: moves,
  gradient: keepAll,
  engine: keepAll,
};

type Implied = { [K in OpKind]: KindTraits[K] extends { scaling: unknown } ? never : K }[OpKind];

/** How a node passes on a map that was multiplied by a power of two. */
export function scalingRule({ op, domain }: Node): ScalingRule {
  const rule = opOf(op, domain);
  if (!("scaling" in rule)) return implied[rule.kind];
  return typeof rule.scaling === "object" ? limited(rule.scaling.limits) : told[rule.scaling];
}
