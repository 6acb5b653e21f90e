import { dtypeToOnnx } from "../graph/dtype.js";
import type { Graph, Node, Place } from "../graph/graph.js";
import { int64, type Tensor } from "../graph/tensor.js";
import { type ForwardPass, forwardPass } from "./forward-pass.js";
import { type Segment, segmentsOf } from "./segments.js";

/**
 * Trades time for memory: of the forward pass of a training step only the maps between segments (residual blocks, above
 * all) are kept for the backward pass, which computes a segment again when it gets there. Vectors, such as the
 * statistics of a batch, are kept, so that every number is the same to the bit.
 * Source: Chen et al. 2016, arXiv:1604.06174, §4.
 * @param graph a lowered training step with the output `loss`.
 */
export function recompute(graph: Graph): Graph {
  const pass = forwardPass(graph);
  const rewrite = new Rewrite(graph, pass);
  for (const segment of segmentsOf(pass)) rewrite.add(segment);
  return rewrite.finish();
}

/** Copies of nodes, and where they go. */
class Rewrite {
  readonly #graph: Graph;
  readonly #pass: ForwardPass;
  /** What is written before a node of the backward pass. */
  readonly #before = new Map<Node, Node[]>();
  /** By node of the backward pass: what it reads instead. */
  readonly #renamed = new Map<Node, Map<string, string>>();
  readonly #constants: Map<string, Tensor>;
  readonly #places: Map<string, Place>;

  constructor(graph: Graph, pass: ForwardPass) {
    this.#graph = graph;
    this.#pass = pass;
    this.#constants = new Map(graph.constants);
    this.#places = new Map(graph.places);
  }

  /** Lets the backward pass read copies of what the segment computed. */
  add({ values }: Segment): void {
    const { backward, isLarge } = this.#pass;
    const saved = new Set([...values].filter(isLarge));
    const readers = backward.filter(({ inputs }) => inputs.some((name) => saved.has(name)));
    const [first] = readers;
    const token = first && this.#pass.gradientBefore(first);
    if (first === undefined || token === undefined) return;
    const copies = new Copies(this.#pass, saved, first.name);
    for (const node of readers) {
      const names = this.#renamed.get(node) ?? new Map<string, string>();
      for (const name of node.inputs) if (saved.has(name)) names.set(name, copies.of(name));
      this.#renamed.set(node, names);
    }
    const nodes = [...this.#barriers(copies.sources, token, first.name), ...copies.nodes];
    this.#before.set(first, [...(this.#before.get(first) ?? []), ...nodes]);
    const layer = this.#places.get(first.name)?.layer;
    if (layer !== undefined) for (const { name } of nodes) this.#places.set(name, { phase: "backward", layer });
  }

  finish(): Graph {
    const nodes = this.#graph.nodes.flatMap((node) => {
      const names = this.#renamed.get(node);
      const inputs = node.inputs.map((name) => names?.get(name) ?? name);
      return [...(this.#before.get(node) ?? []), names ? { ...node, inputs } : node];
    });
    return { ...this.#graph, nodes, constants: this.#constants, places: this.#places };
  }

  /**
   * Names for values that are known only once `token`, a gradient, is. Without them the engine would see that the
   * copies compute what is known already, or would run them at once. An axis that comes and goes moves nothing; which
   * one it is depends on a 0 that the engine cannot know: whether the token's first number is larger than itself.
   */
  #barriers(sources: ReadonlyMap<string, string>, token: string, key: string): Node[] {
    const name = (text: string) => `${key}/recompute/${text}`;
    const constant = (text: string, values: readonly number[]) => {
      this.#constants.set(name(text), int64([values.length], values));
      return name(text);
    };
    const flat = node("Reshape", name("flat"), [token, constant("all", [-1])]);
    const ends = ["start", "end"].map((text, i) => constant(text, [i]));
    const one = node("Slice", name("one"), [name("flat"), ...ends]);
    const never = node("Greater", name("never"), [name("one"), name("one")]);
    const zero: Node = {
      ...node("Cast", name("zero"), [name("never")]),
      attributes: { to: { int: dtypeToOnnx("int64") } },
    };
    const axis = constant("axis", [0]);
    const unknown = node("Add", name("unknown axis"), [axis, name("zero")]);
    const barriers = [...sources].flatMap(([source, renamed]) => [
      node("Unsqueeze", `${renamed}/behind`, [source, name("unknown axis")]),
      node("Squeeze", renamed, [`${renamed}/behind`, axis]),
    ]);
    return [flat, one, never, zero, unknown, ...barriers];
  }
}

/** The nodes that compute values again, in order, under new names. */
class Copies {
  readonly nodes: Node[] = [];
  /** The large values that they start from, with the names by which they read them. */
  readonly sources = new Map<string, string>();
  readonly #pass: ForwardPass;
  readonly #saved: ReadonlySet<string>;
  readonly #key: string;
  readonly #done = new Map<string, string>();

  constructor(pass: ForwardPass, saved: ReadonlySet<string>, key: string) {
    this.#pass = pass;
    this.#saved = saved;
    this.#key = key;
  }

  /** The name of the copy of a value. */
  of(name: string): string {
    if (!this.#pass.isLarge(name)) return name;
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const renamed = `${name}/again/${this.#key}`;
    this.#done.set(name, renamed);
    const maker = this.#pass.maker(name);
    if (maker === undefined || !(this.#saved.has(name) || this.#pass.ofWeights(name))) {
      this.sources.set(name, renamed);
      return renamed;
    }
    const inputs = maker.inputs.map((input) => (input === "" ? "" : this.of(input)));
    const outputs = maker.outputs.map((output) =>
      output === name ? renamed : output && `${output}/again/${this.#key}`,
    );
    for (const [i, output] of maker.outputs.entries()) if (output !== "") this.#done.set(output, outputs[i]!);
    this.nodes.push({ ...maker, name: renamed, inputs, outputs });
    return renamed;
  }
}

function node(op: string, name: string, inputs: readonly string[]): Node {
  return { name, op, domain: "", inputs, outputs: [name], attributes: {} };
}
