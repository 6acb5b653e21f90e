import type { Node, Value } from "../../graph/graph.js";
import type { Algorithm } from "../../ops/op.js";
import type { FeatureMap } from "./feature-map.js";
import { fillsBlocks } from "./fills-blocks.js";
import type { Kernels } from "./kernels.js";

/** An input of a node, which it may take as a map in blocks or as a plain value, whichever suits it. */
export interface MapSource {
  /** Its name and declared type. */
  readonly type: Value;
  /**
   * How it is there: `blocked` as a map, so that no reordering is needed; `plain` as a value; `waits`, a convolution in
   * ONNX's own operator that is not written yet.
   */
  readonly form: "blocked" | "plain" | "waits";
  /** The map in blocks; undefined where not even the channels of all images together fill them, or it is none. */
  map(): FeatureMap | undefined;
  /** The plain value. */
  plain(): Value;
}

/** An input in a graph of several nodes, which others may read too. */
export interface SharedSource extends MapSource {
  /** True where this node alone reads it. */
  readonly alone: boolean;
  /** Puts another form of the same map in its place, for whoever reads it later. */
  replace(map: FeatureMap): void;
}

/** A node that is to be computed on blocks, and what it takes. Optional inputs that are left out are not among them. */
export interface NodeOnBlocks<Source extends MapSource = MapSource> {
  readonly k: Kernels;
  readonly node: Node;
  readonly inputs: readonly Source[];
}

/** The outputs of a node, each a map or a plain value. */
export type Made = readonly (FeatureMap | Value)[];

/** How a node of a graph is computed on blocks; undefined where it is not. */
export type Rule = (call: NodeOnBlocks<SharedSource>) => Made | undefined;

/** One of several ways to compute a node on blocks. */
export type BlockAlgorithm = Algorithm<[], Made>;

/** The names and declared types of what a node takes. */
export function typesOf({ inputs }: NodeOnBlocks): Value[] {
  return inputs.map(({ type }) => type);
}

/** The map of an input whose own channels fill blocks, as a convolution of several channels needs it. */
export function ownMap(k: Kernels, source: MapSource): FeatureMap | undefined {
  return fillsBlocks(k, source.type) ? source.map() : undefined;
}

/** The map of an input that is in blocks already. */
export function readyMap(source: MapSource): FeatureMap | undefined {
  return source.form === "blocked" ? source.map() : undefined;
}
