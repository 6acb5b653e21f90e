import type { Value } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { type FeatureMap, plainly } from "./feature-map.js";
import { fillBlocksTogether } from "./fills-blocks.js";
import type { Kernels } from "./kernels.js";
import type { SharedSource } from "./map-source.js";

/** Every value of a graph that is being lowered, by its name there: as a map, as a plain value, or as both. */
export class MapTable {
  readonly #k: Kernels;
  /** Of the graph before. */
  readonly #index: GraphIndex;
  readonly #maps = new Map<string, FeatureMap>();
  readonly #plain = new Map<string, Value>();

  constructor(k: Kernels, index: GraphIndex) {
    this.#k = k;
    this.#index = index;
  }

  set(name: string, made: FeatureMap | Value): void {
    if ("kind" in made) this.#maps.set(name, made);
    else this.#plain.set(name, made);
  }

  /**
   * The value as a map; undefined where not even the channels of all images fill blocks or there is no map to speak of.
   */
  mapOf(name: string): FeatureMap | undefined {
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const plain = this.plainOf(name);
    if (!fillBlocksTogether(this.#k, plain)) return undefined;
    const map: FeatureMap = { kind: "stored", value: this.#k.toBlocks(plain) };
    this.#maps.set(name, map);
    return map;
  }

  /** The value plainly. @throws Error when there is none of that name yet. */
  plainOf(name: string): Value {
    const known = this.#plain.get(name);
    if (known !== undefined) return known;
    const map = this.#maps.get(name);
    if (map === undefined) {
      throw new Error(`lowerNchwc: got input "${name}"; expected a value defined before it is used`);
    }
    const plain = plainly(this.#k, map);
    this.#plain.set(name, plain);
    return plain;
  }

  /** The value as an input of a node. */
  source(name: string): SharedSource {
    const form = () => this.#formOf(name);
    return {
      type: this.#index.value(name),
      alone: this.#index.onlyReader(name) !== undefined,
      get form() {
        return form();
      },
      map: () => this.mapOf(name),
      plain: () => this.plainOf(name),
      replace: (map) => this.#maps.set(name, map),
    };
  }

  #formOf(name: string): SharedSource["form"] {
    const map = this.#maps.get(name);
    if (map === undefined) return "plain";
    return map.kind === "open" && map.plain !== undefined ? "waits" : "blocked";
  }
}
