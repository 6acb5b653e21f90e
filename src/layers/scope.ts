import type { GraphBuilder } from "../graph/builder.js";
import type { Init, Value } from "../graph/graph.js";
import type { WrittenBlock } from "./attention/written-block.js";

/**
 * A place in a network: a builder and the prefix of the parameter names made there, such as `layer1.0`.
 * @example
 * ```ts
 * import { conv, GraphBuilder, Scope } from "senet/layers";
 *
 * const g = new GraphBuilder("own");
 * const p = new Scope(g);
 * conv(p.at("layer1").at(0).at("conv"), g.input("x", "float32", ["N", 3, 8, 8]), { channels: 4, kernel: 3 });
 * console.log([...g.build().parameters.keys()]); // [ 'layer1.0.conv.weight' ]
 * ```
 */
export class Scope {
  readonly g: GraphBuilder;
  readonly path: string;
  /** The attention blocks that `attend` has written here, in all places of this builder. */
  readonly blocks: WrittenBlock[];

  constructor(g: GraphBuilder, path = "", blocks: WrittenBlock[] = []) {
    this.g = g;
    this.path = path;
    this.blocks = blocks;
  }

  /** The place `name` inside this one. */
  at(name: string | number): Scope {
    return new Scope(this.g, this.name(`${name}`), this.blocks);
  }

  /** `name` with this place's prefix. */
  name(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  /** A learnt tensor of this place. */
  parameter(name: string, shape: readonly number[], init: Init): Value {
    return this.g.parameter(this.name(name), shape, init);
  }

  /** A tracked tensor of this place, such as a running mean. */
  state(name: string, shape: readonly number[], value: number): Value {
    return this.g.parameter(this.name(name), shape, { kind: "constant", value }, false);
  }
}
