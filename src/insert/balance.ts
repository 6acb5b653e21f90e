import type { Node } from "../graph/graph.js";
import type { GraphIndex, Reader } from "../graph/graph-index.js";
import { isOfKind } from "../ops/index.js";
import { tensorBehind } from "../read/stored-tensor.js";
import type { Edge } from "./edges.js";
import { type Part, type Scaling, scalingRule } from "./scaling-rules.js";

/** A stored tensor as one node reads it, and the power of two it is to be multiplied by. */
export interface Rescaled {
  readonly reader: Reader;
  readonly exponent: number;
}

/** A gate on an edge, and how often it halves at first. */
export interface Halving {
  readonly edge: Edge;
  readonly halvings: number;
}

/** Why a gate's halving cannot be made up for: the nodes that fix the maps before and after it, by their names. */
export interface Obstacle {
  readonly gate: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Finds powers of two for the stored tensors of a graph so that it computes what it did although every gate halves its
 * map.
 *
 * Each value gets an exponent e: it will hold 2ᵉ times what it did. A gate lowers e by its halvings; most operators tie
 * the exponents of their inputs and outputs together; convolutions and dense layers do not, as their weights can take
 * up any difference; batch norm does not either, but wants e = 0 before it; inputs and outputs of the graph keep e = 0.
 * What is tied together is one group (a union-find with offsets), and each group is free to shift until something in it
 * is kept.
 */
export function balance(index: GraphIndex, gates: readonly Halving[]): { rescaled: Rescaled[]; obstacles: Obstacle[] } {
  const groups = new Groups();
  const behind = new Map<Reader["node"], Map<number, string>>(); // inputs that read a gate
  for (const [i, { edge }] of gates.entries()) {
    for (const { node, input } of edge.readers) {
      if (!behind.has(node)) behind.set(node, new Map());
      behind.get(node)!.set(input, gateName(i));
    }
  }
  const absorbers: Absorber[] = [];
  const element = (node: Node, part: Part) =>
    part === "out" ? node.outputs[0]! : (behind.get(node)?.get(part) ?? node.inputs[part]!);
  const scaling: Scaling = {
    index,
    alike(node, ...parts) {
      for (const part of parts) groups.tie(element(node, part), element(node, parts[0]!), 0);
    },
    keep(node, ...parts) {
      for (const part of parts) groups.keep(element(node, part), node.name);
    },
    absorb(reader, plus, minus) {
      const { node } = reader;
      absorbers.push({
        reader,
        plus: element(node, plus),
        minus: minus === undefined ? undefined : element(node, minus),
      });
    },
  };
  for (const { name } of index.graph.inputs) groups.keep(name, name);
  for (const node of index.graph.nodes) {
    if (!node.outputs.some((name) => index.isComputed(name))) continue;
    scalingRule(node)(scaling, node);
    for (const name of node.outputs.slice(1)) {
      if (isOfKind(node, "cut")) groups.tie(name, element(node, 0), 0);
      else groups.keep(name, node.name);
    }
  }
  const outputGate = (name: string) => gates.findIndex(({ edge }) => edge.value === name && isWhole(index, edge));
  for (const { name } of index.graph.outputs) {
    const gate = outputGate(name);
    groups.keep(gate < 0 ? name : gateName(gate), `the output ${name}`);
  }

  const obstacles: Obstacle[] = [];
  for (const [gate, { edge, halvings }] of gates.entries()) {
    const conflict = groups.tie(gateName(gate), edge.value, -halvings);
    if (conflict !== undefined) obstacles.push({ gate, ...conflict });
  }
  groups.settle(absorbers, new Set(gates.map((_, i) => gateName(i))), (reader) => isSetting(index, reader));
  const rescaled = absorbers.flatMap(({ reader, plus, minus }) => {
    const exponent = groups.exponent(plus) - (minus === undefined ? 0 : groups.exponent(minus));
    return exponent === 0 ? [] : [{ reader, exponent }];
  });
  return { rescaled, obstacles };
}

const gateName = (gate: number) => `\0gate ${gate}`;

/** Whether an edge takes all readers of its value, and an output of the graph with them. */
export function isWhole(index: GraphIndex, { value, readers }: Edge): boolean {
  return readers.length === index.readers(value).length;
}

/** Limits and paddings are changed only where nothing else will do. */
function isSetting(index: GraphIndex, reader: Reader): boolean {
  return index.graph.constants.has(tensorBehind(index, reader)?.name ?? "");
}

interface Absorber {
  readonly reader: Reader;
  readonly plus: string;
  readonly minus: string | undefined;
}

/** Values whose exponents differ by fixed amounts. */
class Groups {
  /** Each value's parent and how much higher its exponent is. */
  readonly #parents = new Map<string, { parent: string; offset: number }>();
  readonly #members = new Map<string, string[]>();
  /** By the group's root: its exponent where something is kept, and what keeps it. */
  readonly #kept = new Map<string, { exponent: number; by: string }>();

  #find(name: string): { root: string; offset: number } {
    let [root, offset] = [name, 0];
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root)) {
      [root, offset] = [up.parent, offset + up.offset];
    }
    if (root !== name) this.#parents.set(name, { parent: root, offset });
    return { root, offset };
  }

  /** Ties e(a) = e(b) + offset. @returns what fixes the two where that cannot be. */
  tie(a: string, b: string, offset: number): { before: string; after: string } | undefined {
    const [one, other] = [this.#find(a), this.#find(b)];
    const [kept, keptOther] = [this.#kept.get(one.root), this.#kept.get(other.root)];
    if (one.root === other.root) {
      const same = kept?.by ?? b;
      return one.offset === other.offset + offset ? undefined : { before: same, after: same };
    }
    const rise = other.offset + offset - one.offset; // e(root of a) − e(root of b)
    if (kept !== undefined && keptOther !== undefined && kept.exponent !== keptOther.exponent + rise) {
      return { before: keptOther.by, after: kept.by };
    }
    this.#parents.set(one.root, { parent: other.root, offset: rise });
    this.#members.set(other.root, [...this.#membersOf(other.root), ...this.#membersOf(one.root)]);
    this.#members.delete(one.root);
    if (kept !== undefined) this.#kept.set(other.root, { exponent: kept.exponent - rise, by: kept.by });
    return undefined;
  }

  /** Says that e(name) = 0. */
  keep(name: string, by: string): void {
    const { root, offset } = this.#find(name);
    if (!this.#kept.has(root)) this.#kept.set(root, { exponent: -offset, by });
  }

  /** What is known only once every group is settled. */
  exponent(name: string): number {
    const { root, offset } = this.#find(name);
    return (this.#kept.get(root)?.exponent ?? 0) + offset;
  }

  /**
   * Gives the groups that are still free the exponent with which the fewest settings change, then the fewest gates give
   * other maps than before, then the fewest values are others.
   */
  settle(absorbers: readonly Absorber[], gates: ReadonlySet<string>, isSetting: (reader: Reader) => boolean): void {
    const free = [...this.#members].filter(([root, members]) => !this.#kept.has(root) && this.#spread(members));
    const settings = absorbers.filter(({ reader, minus }) => minus === undefined && isSetting(reader));
    for (const [root, members] of free) {
      const offsets = members.map((name) => ({ name, offset: this.#find(name).offset }));
      const own = new Set(members);
      const limits = settings.filter(({ plus }) => own.has(plus)).map(({ plus }) => this.#find(plus).offset);
      const cost = (shift: number) => {
        const moved = offsets.filter(({ offset }) => offset + shift !== 0);
        const movedGates = moved.filter(({ name }) => gates.has(name)).length;
        return limits.filter((offset) => offset + shift !== 0).length * 1e12 + movedGates * 1e6 + moved.length;
      };
      const shifts = [...new Set(offsets.map(({ offset }) => -offset))];
      const best = shifts.reduce((a, b) => (cost(b) < cost(a) ? b : a));
      this.#kept.set(root, { exponent: best, by: "" });
    }
  }

  /** Whether the exponents of a group's members differ, as they do only around gates. */
  #spread(members: readonly string[]): boolean {
    return members.some((name) => this.#find(name).offset !== this.#find(members[0]!).offset);
  }

  #membersOf(root: string): string[] {
    return this.#members.get(root) ?? [root];
  }
}
