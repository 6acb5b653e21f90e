import { attributesOf } from "../graph/builder.js";
import { formatShape } from "../graph/dims/shape.js";
import type { Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { type OpName, opOf } from "../ops/index.js";
import type { OpKind } from "../ops/op-kind.js";
import { gatedMaps } from "../read/gate-nodes.js";
import { dataInputs } from "../read/maps.js";
import type { Inserted } from "./insert-attention.js";
import { convShape } from "./layer-shapes.js";

/** One step of a network as a reader sees it: a layer with its batch norm and activation, a sum, or a whole block. */
export interface OutlineRow {
  readonly label: string;
  /** `[N, 64, 56, 56]`: the shape of what comes out. */
  readonly shape: string;
  readonly kind: "input" | "layer" | "join" | "block" | "gate" | "output";
  /** The name of the block, or of the step's last node. */
  readonly name: string;
  /** The numbers of the rows that it takes something from, all before it. */
  readonly inputs: readonly number[];
}

/** Nodes that are drawn as one row, in the order of the graph. */
interface Group {
  readonly nodes: Node[];
  readonly kind: OutlineRow["kind"];
  readonly name: string | undefined;
}

/**
 * The steps of a network with new blocks, each block and each gate that was there as one.
 * @example
 * ```ts
 * import { createModel, insertAttention } from "senet";
 * import { outline } from "senet/insert";
 *
 * const plain = createModel("resnet20");
 * const rows = outline(insertAttention(plain), plain);
 * console.log(rows.filter(({ kind }) => kind === "block").length, rows.at(-1)?.label); // 9 dense · Identity
 * ```
 */
export function outline({ graph, sites }: Inserted, before: Graph): OutlineRow[] {
  const index = indexOf(graph);
  const groups = groupsOf(
    index,
    blockNodes(
      graph,
      before,
      sites.map(({ name }) => name),
    ),
  );
  const rowOf = new Map<string, number>(graph.inputs.map(({ name }, i) => [name, i]));
  const rows: OutlineRow[] = graph.inputs.map(({ name, shape }) => ({
    label: "input",
    shape: formatShape(shape),
    kind: "input",
    name,
    inputs: [],
  }));
  for (const { nodes, kind, name } of groups) {
    const inputs = nodes.flatMap((node) => node.inputs.flatMap((input) => rowOf.get(input) ?? []));
    const last = nodes.at(-1)!;
    const shape = formatShape(index.value(last.outputs[0]!).shape);
    const label = kind === "layer" || kind === "join" ? nodes.map((node) => labelOf(index, node)).join(" · ") : kind;
    rows.push({ label, shape, kind, name: name ?? last.name, inputs: [...new Set(inputs)] });
    for (const node of nodes) for (const output of node.outputs) rowOf.set(output, rows.length - 1);
  }
  return rows;
}

/**
 * The block that each new node is part of: nodes that the graph before did not have, together where they are connected.
 */
function blockNodes(graph: Graph, before: Graph, names: readonly string[]): Map<Node, string> {
  const old = new Set(before.nodes.flatMap(({ outputs }) => outputs));
  const found = new Map<Node, string>();
  const ownName = ({ inputs, outputs }: Node) =>
    names.find((name) => [...inputs, ...outputs].some((value) => value.startsWith(`${name}.`)));
  const added = graph.nodes.filter(({ outputs }) => !outputs.some((name) => old.has(name)));
  for (const node of added) {
    const name = ownName(node);
    if (name !== undefined) found.set(node, name);
  }
  // nodes without a name of their own lie between those that have one
  for (const node of added.toReversed()) {
    if (!found.has(node)) {
      const reader = added.find((other) => found.has(other) && other.inputs.includes(node.outputs[0]!));
      if (reader !== undefined) found.set(node, found.get(reader)!);
    }
  }
  return found;
}

function groupsOf(index: GraphIndex, blocks: ReadonlyMap<Node, string>): Group[] {
  const gates = new Map<Node, string>();
  for (const { nodes, product } of gatedMaps(index.graph)) {
    for (const node of [...nodes, product]) if (!blocks.has(node)) gates.set(node, product.name);
  }
  const groups = new Map<string, Group>();
  const lastOf = new Map<string, Group>(); // by value, the group that it may go on with
  for (const node of index.graph.nodes) {
    if (dataInputs(index, node).length === 0) continue;
    const [block, gate] = [blocks.get(node), gates.get(node)];
    const before = roleOf(node) === "follower" ? lastOf.get(dataInputs(index, node)[0]!) : undefined;
    const joined = before !== undefined && block === undefined && gate === undefined;
    const key = block ?? gate ?? node.outputs[0]!;
    const own = roleOf(node) === "join" ? "join" : "layer";
    const kind = block !== undefined ? "block" : gate !== undefined ? "gate" : own;
    const group = joined ? before : (groups.get(key) ?? { nodes: [], kind, name: block });
    group.nodes.push(node);
    if (!joined) groups.set(key, group);
    const value = node.outputs[0]!;
    if (group.kind !== "block" && group.kind !== "gate" && index.onlyReader(value)) lastOf.set(value, group);
  }
  return inOrder(index, [...groups.values()]);
}

/** By their last nodes, so that every group comes after those it takes something from. */
function inOrder(index: GraphIndex, groups: readonly Group[]): Group[] {
  const order = ({ nodes }: Group) => index.order(nodes.at(-1)!.outputs[0]!);
  return groups.toSorted((a, b) => order(a) - order(b));
}

/** How a node is drawn: in a row of its own, as one that joins branches, or in the row of the layer before it. */
type Role = "layer" | "join" | "follower";

const roles: Readonly<Record<OpKind, Role>> = {
  activation: "follower",
  elementwise: "layer",
  join: "join",
  logic: "layer",
  view: "follower",
  move: "layer",
  cut: "layer",
  enlarge: "layer",
  pool: "layer",
  reduce: "layer",
  along: "follower",
  norm: "follower",
  layer: "layer",
  index: "layer",
  shape: "layer",
  random: "follower",
  gradient: "layer",
  engine: "layer",
};

function roleOf(node: Node): Role {
  if (node.op === "Concat") return "join";
  return node.op === "Transpose" ? "follower" : roles[opOf(node.op, node.domain).kind];
}

const short: Readonly<Partial<Record<OpName, string>>> = {
  BatchNormalization: "BN",
  Relu: "ReLU",
  GlobalAveragePool: "global average pool",
  Add: "sum",
  Mul: "product",
  Concat: "concatenation",
  Gemm: "dense",
};

function labelOf(index: GraphIndex, node: Node): string {
  const attributes = attributesOf(node);
  const strides =
    Array.isArray(attributes.strides) && Number(attributes.strides[0]) > 1 ? ` / ${attributes.strides[0]}` : "";
  const shape = convShape(index, node);
  if (shape !== undefined) {
    const groups = shape.depthwise ? " depthwise" : shape.group > 1 ? `, ${shape.group} groups` : "";
    return `${shape.kernel.join("×")} conv${groups}, ${shape.outputs}${strides}`;
  }
  if (node.op === "MaxPool" || node.op === "AveragePool") {
    const kernel = Array.isArray(attributes.kernel_shape) ? attributes.kernel_shape.join("×") : "";
    return `${node.op === "MaxPool" ? "max" : "average"} pool ${kernel}${strides}`;
  }
  return short[node.op as OpName] ?? node.op;
}
