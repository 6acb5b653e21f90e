import { replay } from "../clean/replay.js";
import type { Program } from "../evaluate/ask.js";
import { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Model, Value } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { elements, float32, floatsOf, type Tensor } from "../graph/tensor.js";
import { Random } from "../random.js";
import type { GateSite } from "./find-gates.js";
import { innerProgram } from "./inner-program.js";

/**
 * What stands in for a gate: its mean over the images, which is a constant scale; 1, so that all passes; or the gate that
 * another image has.
 */
export const switchModes = ["mean", "one", "shuffled"] as const;

/** One of {@link switchModes}. */
export type SwitchMode = (typeof switchModes)[number];

/** A model whose gates can be replaced from outside. */
export interface Switched {
  readonly program: Program;
  /** For each site the gate's value, whether it is replaced, by what, and its shape after the batch. */
  readonly gates: readonly string[];
  readonly masks: readonly string[];
  readonly given: readonly string[];
  readonly shapes: readonly (readonly number[])[];
}

/** @param output the answer, by name, where the model has several that may be. */
export function switchedProgram({ graph, weights }: Model, sites: readonly GateSite[], output?: string): Switched {
  const index = indexOf(graph);
  const g = new GraphBuilder(graph.name);
  const inputs: { mask: Value; given: Value }[] = [];
  const gates: Value[] = [];
  const at = new Map(sites.map(({ value }, b) => [value, b]));
  const places = sites.map(({ value }) => index.value(value));
  const values = replay(g, graph, {
    replace: (node, given) => {
      const b = at.get(node.outputs[0] ?? "");
      if (b === undefined) return undefined;
      const [gate, ...others] = g.append({ ...node, inputs: given.map((value) => value?.name ?? "") });
      const { shape } = places[b]!;
      inputs[b] = { mask: g.input(`switch.${b}`, "bool", []), given: g.input(`gate.${b}`, "float32", shape) };
      gates[b] = gate!;
      return [g.call("Where", [inputs[b].mask, inputs[b].given, gate]), ...others];
    },
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!);
  for (const gate of gates) g.output(gate);
  const names = gates.map(({ name }) => name);
  return {
    program: innerProgram({ graph, weights }, g.build(), names, output),
    gates: names,
    masks: inputs.map(({ mask }) => mask.name),
    given: inputs.map(({ given }) => given.name),
    shapes: places.map((place) => concrete({ ...place, shape: [1, ...place.shape.slice(1)] }).slice(1)),
  };
}

/** The gates of some sites, and what replaces them. */
export interface Variant {
  readonly blocks: readonly number[];
  readonly mode: SwitchMode;
}

/** What gates are replaced by, image by image. */
export class Switches {
  readonly #switched: Switched;
  /** [images, gates] of each site. */
  readonly #kept: Float32Array[];
  readonly #partners: Uint32Array;
  #means: Float32Array[] | undefined;
  #variant: Variant | undefined;
  #first = 0;

  constructor(switched: Switched, images: number) {
    this.#switched = switched;
    this.#kept = switched.shapes.map((shape) => new Float32Array(images * elements(shape)));
    this.#partners = partners(images);
  }

  /** Says what the next images are to have. @param first the place of the first of them. */
  set(variant: Variant | undefined, first: number): void {
    this.#variant = variant;
    this.#first = first;
  }

  /** Keeps the gates of images. */
  keep(outputs: Readonly<Record<string, Tensor>>, first: number, size: number): void {
    for (const [b, name] of this.#switched.gates.entries()) {
      const length = elements(this.#switched.shapes[b]!);
      this.#kept[b]!.set(floatsOf(outputs[name]).subarray(0, size * length), first * length);
    }
  }

  /** The mean gates of each site. */
  get means(): readonly Float32Array[] {
    this.#means ??= this.#kept.map((kept, b) => {
      const length = elements(this.#switched.shapes[b]!);
      const sums = new Float64Array(length);
      for (let i = 0; i < kept.length; i++) sums[i % length]! += kept[i]!;
      return Float32Array.from(sums, (sum) => sum / (kept.length / length));
    });
    return this.#means;
  }

  /** The inputs beside the images. */
  feeds({ shape: [size = 1] }: Tensor): Record<string, Tensor> {
    const { masks, given, shapes } = this.#switched;
    return Object.fromEntries(
      masks.flatMap((mask, b) => {
        const on = this.#variant?.blocks.includes(b) === true;
        const data = new Float32Array(size * elements(shapes[b]!));
        if (on) this.#fill(data, b, size);
        return [
          [mask, { dtype: "bool", shape: [], data: Uint8Array.of(on ? 1 : 0) } satisfies Tensor],
          [given[b]!, float32([size, ...shapes[b]!], data)],
        ];
      }),
    );
  }

  #fill(data: Float32Array, b: number, size: number): void {
    const { mode } = this.#variant!;
    const length = data.length / size;
    if (mode === "one") data.fill(1);
    for (let n = 0; n < size && mode !== "one"; n++) {
      const from = this.#partners[this.#first + n] ?? 0;
      const own = mode === "mean" ? this.means[b]! : this.#kept[b]!.subarray(from * length, (from + 1) * length);
      data.set(own, n * length);
    }
  }
}

/** For each image another one: a cycle through all of them in random order. */
function partners(images: number): Uint32Array {
  const order = new Random(1, "partners").permutation(images);
  const found = new Uint32Array(images);
  for (const [i, image] of order.entries()) found[image] = order[(i + 1) % images]!;
  return found;
}
