import { attributesOf } from "../graph/builder.js";
import type { Dim, Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { toNumbers } from "../graph/tensor.js";
import { isOfKind } from "../ops/index.js";

/** One axis of a value, a parameter or a constant. */
export interface ValueAxis {
  readonly name: string;
  readonly axis: number;
}

/** Axes that count the same channels: a channel that goes, goes from all of them. */
export interface ChannelGroup {
  readonly channels: number;
  readonly axes: readonly ValueAxis[];
}

/**
 * The channels of a network that can go, in groups that must go together: what a convolution makes, the norm and the gate
 * over it, every map it is added to, and what all of their readers take. Groups that reach an input or an output, or an
 * operator that is not known to keep channels apart, are not among them.
 */
export function channelGroups(graph: Graph): ChannelGroup[] {
  const groups = new Groups(indexOf(graph));
  for (const { name, shape } of [...graph.inputs, ...graph.outputs]) {
    for (const axis of shape.keys()) groups.freeze({ name, axis });
  }
  for (const node of graph.nodes) join(groups, node);
  return groups.read();
}

/** Axes in sets that grow together. */
class Groups {
  readonly #parents = new Map<string, string>();
  readonly #frozen = new Set<string>();

  constructor(readonly index: GraphIndex) {}

  shape(name: string): readonly Dim[] {
    return this.index.value(name).shape;
  }

  /** Says that two axes count the same. */
  unite(...[first, ...others]: readonly ValueAxis[]): void {
    const root = this.#root(keyOf(first!));
    for (const other of others) {
      const own = this.#root(keyOf(other));
      if (own === root) continue;
      this.#parents.set(own, root);
      if (this.#frozen.has(own)) this.#frozen.add(root);
    }
  }

  /** Says that no channel of an axis may go. */
  freeze(axis: ValueAxis): void {
    this.#frozen.add(this.#root(keyOf(axis)));
  }

  read(): ChannelGroup[] {
    const members = new Map<string, ValueAxis[]>();
    for (const key of this.#parents.keys()) {
      const root = this.#root(key);
      if (this.#frozen.has(root)) continue;
      const at = key.lastIndexOf(":");
      members.set(root, [...(members.get(root) ?? []), { name: key.slice(0, at), axis: Number(key.slice(at + 1)) }]);
    }
    return [...members.values()].flatMap((axes) => {
      const sizes = new Set(axes.map(({ name, axis }) => this.shape(name)[axis]));
      const [channels] = sizes;
      const stored = axes.some(({ name }) => this.index.graph.parameters.has(name));
      return sizes.size === 1 && typeof channels === "number" && channels > 1 && stored ? [{ channels, axes }] : [];
    });
  }

  #root(key: string): string {
    let root = key;
    if (!this.#parents.has(key)) this.#parents.set(key, key);
    for (let next = this.#parents.get(root)!; next !== root; next = this.#parents.get(root)!) root = next;
    this.#parents.set(key, root);
    return root;
  }
}

function keyOf({ name, axis }: ValueAxis): string {
  return `${name}:${axis}`;
}

/** How an operator joins axes: those it does not speak of may not change. */
type Rule = (groups: Groups, node: Node) => readonly ValueAxis[] | undefined;

const axes = (axis: number, ...names: readonly (string | undefined)[]): ValueAxis[] =>
  names.flatMap((name) => (name === undefined || name === "" ? [] : [{ name, axis }]));

const rules: Readonly<Record<string, Rule>> = {
  Conv: (groups, node) => {
    const { group } = attributesOf(node);
    const [x, w, b] = node.inputs;
    const [y] = node.outputs;
    const [outputs, perGroup] = groups.shape(w!) as readonly number[];
    if (group === 1) groups.unite(...axes(1, x, w));
    else if (perGroup !== 1 || outputs !== group) return undefined;
    const made = [...axes(1, y), ...axes(0, w, b)];
    groups.unite(...made, ...(group === 1 ? [] : axes(1, x)));
    return [...axes(1, x, y, w), ...made];
  },
  BatchNormalization: (groups, { inputs: [x, ...own], outputs: [y] }) =>
    same(groups, [...axes(1, x, y), ...axes(0, ...own)]),
  Gemm: (groups, node) => {
    const [x, w, b] = node.inputs;
    const { transA, transB } = attributesOf(node);
    if (transA !== 0) return undefined;
    const [from, to] = transB === 1 ? [1, 0] : [0, 1];
    groups.unite(...axes(1, x), ...axes(from, w));
    const bias = b ? axes(groups.shape(b).length - 1, b) : [];
    groups.unite(...axes(1, node.outputs[0]), ...axes(to, w), ...bias);
    return [...axes(1, x, node.outputs[0]), ...axes(from, w), ...axes(to, w), ...bias];
  },
  MatMul: (groups, { inputs: [x, w], outputs: [y] }) => {
    if (groups.shape(x!).length !== 2 || groups.shape(w!).length !== 2) return undefined;
    groups.unite(...axes(1, x), ...axes(0, w));
    groups.unite(...axes(1, y), ...axes(1, w));
    return [...axes(1, x, y), ...axes(0, w), ...axes(1, w)];
  },
  Flatten: (groups, { inputs: [x], outputs: [y] }) =>
    groups
      .shape(x!)
      .slice(2)
      .every((dim) => dim === 1)
      ? same(groups, axes(1, x, y))
      : undefined,
  Reshape: (groups, { inputs: [x], outputs: [y] }) => {
    const alone = (name: string) =>
      groups
        .shape(name)
        .slice(2)
        .every((dim) => dim === 1);
    const kept = alone(x!) && alone(y!) && groups.shape(x!)[1] === groups.shape(y!)[1];
    return kept ? same(groups, axes(1, x, y)) : undefined;
  },
  Squeeze: (groups, { inputs: [x], outputs: [y] }) =>
    groups.shape(x!)[1] === groups.shape(y!)[1] && groups.shape(y!).length === 2
      ? same(groups, axes(1, x, y))
      : undefined,
  Unsqueeze: (groups, { inputs: [x], outputs: [y] }) =>
    groups.shape(x!)[1] === groups.shape(y!)[1] && groups.shape(x!).length === 2
      ? same(groups, axes(1, x, y))
      : undefined,
  ReduceMean: (groups, { inputs: [x, along], outputs: [y] }) => {
    const over = along === undefined ? undefined : groups.index.constant(along);
    const rank = groups.shape(x!).length;
    const touched = over && toNumbers(over).map((axis) => (axis + rank) % rank);
    return touched === undefined || touched.some((axis) => axis < 2) ? undefined : same(groups, axes(1, x, y));
  },
  Resize: (groups, { inputs: [x], outputs: [y] }) => same(groups, axes(1, x, y)),
  Shape: () => [],
};

function same(groups: Groups, all: readonly ValueAxis[]): readonly ValueAxis[] {
  groups.unite(...all);
  return all;
}

/** What is done number by number, with broadcasting: axes meet from the last one on. */
function elementwise(groups: Groups, { inputs, outputs }: Node): readonly ValueAxis[] {
  const [y] = outputs as [string];
  const rank = groups.shape(y).length;
  if (rank < 2) return [];
  const channels = groups.shape(y)[1];
  const met = inputs.flatMap((name): ValueAxis[] => {
    const axis = name === "" ? -1 : groups.shape(name).length - rank + 1;
    return axis >= 0 && groups.shape(name)[axis] === channels ? [{ name, axis }] : [];
  });
  return same(groups, [...axes(1, y), ...met]);
}

function join(groups: Groups, node: Node): void {
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op]! : undefined;
  const spoken = rule?.(groups, node) ?? (rule === undefined ? byKind(groups, node) : undefined);
  const known = new Set(spoken?.map(keyOf));
  if (node.op === "Shape") return;
  for (const name of [...node.inputs, ...node.outputs]) {
    if (name === "") continue;
    for (const axis of groups.shape(name).keys()) {
      // The batch and the pixels of maps are not channels.
      if (!known.has(keyOf({ name, axis }))) groups.freeze({ name, axis });
    }
  }
}

function byKind(groups: Groups, node: Node): readonly ValueAxis[] | undefined {
  if (isOfKind(node, "activation", "elementwise", "join") && node.outputs.length === 1)
    return elementwise(groups, node);
  if (node.op === "Identity" || node.op === "Dropout" || node.op === "Clip")
    return elementwise(groups, { ...node, inputs: node.inputs.slice(0, 1), outputs: node.outputs.slice(0, 1) });
  if (isOfKind(node, "pool") && node.outputs.length === 1)
    return same(groups, axes(1, node.inputs[0], node.outputs[0]));
  return undefined;
}
