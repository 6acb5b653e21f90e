import { removeDeadNodes } from "../clean/dead-nodes.js";
import { UserError } from "../errors.js";
import type { Graph, Model } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { float32 } from "../graph/tensor.js";
import { gatedMaps } from "../read/gate-nodes.js";
import { channelAxis } from "../read/maps.js";
import { findGates, type GateSite } from "./find-gates.js";
import { foldScale } from "./fold-scale.js";

/** A block that is gone, and the parameter that took up its gates; "" where all were 1, undefined where they are a product still. */
export interface DroppedGate extends Pick<GateSite, "site" | "paper"> {
  readonly into: string | undefined;
}

/** A model some of whose gates are fixed numbers. */
export interface WithoutGates extends Model {
  readonly dropped: readonly DroppedGate[];
}

/**
 * Puts fixed numbers in the place of gates, and folds them into the layer before or behind. What made the gates goes.
 * @param scales for each block, by its module's name, a number for each channel: such as the means of `switchOff`.
 * @throws UserError for a block that does not exist, and for gates of places.
 * @example
 * ```ts
 * import { createModel, initialise, countParameters } from "senet";
 * import { dropGates } from "senet/explain";
 *
 * const graph = createModel("seresnet20");
 * const model = { graph, weights: initialise(graph, 1) };
 * const { graph: without, dropped } = dropGates(model, new Map([["layer1.0.se", new Float32Array(16).fill(0.5)]]));
 * console.log(dropped[0]?.into, countParameters(graph) - countParameters(without)); // layer1.0.bn2.weight 49
 * ```
 */
export function dropGates(model: Model, scales: ReadonlyMap<string, Float32Array>): WithoutGates {
  const sites = findGates(model.graph);
  let changed = model;
  const dropped: DroppedGate[] = [];
  for (const [name, scale] of scales) {
    const site = sites.find((one) => one.site === name);
    if (site === undefined) throw new UserError(`got ${name}; expected one of the blocks ${named(sites)}`);
    if (site.kind !== "channel") throw new UserError(`got ${name}, whose gates weigh places; expected one of channels`);
    if (scale.length !== site.channels) {
      throw new UserError(`got ${scale.length} numbers for ${name}; expected ${site.channels}, one for each channel`);
    }
    const { graph, products } = fixed(changed.graph, site, scale);
    let into: string | undefined;
    changed = { graph, weights: changed.weights };
    for (const product of products) ({ into, ...changed } = foldScale(changed, product, scale));
    dropped.push({ site: site.site, paper: site.paper, into });
  }
  return { ...used(changed), dropped };
}

/** Names of blocks, the first of many. */
export function named(sites: readonly Pick<GateSite, "site">[]): string {
  const names = sites.map(({ site }) => site);
  return names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")}, …`;
}

/** The graph with numbers in the place of a gate, and the products that it is part of. */
function fixed(graph: Graph, site: GateSite, scale: Float32Array): { graph: Graph; products: string[] } {
  const index = indexOf(graph);
  const maps = gatedMaps(graph).filter(({ gate }) => gate === site.value);
  const constants = new Map(graph.constants);
  const inputs = new Map<string, readonly string[]>();
  for (const { product, map } of maps) {
    const axis = channelAxis(index, map);
    const shape = [1, 1, 1, 1].with(axis, scale.length);
    let name = `${product.outputs[0]}.scale`;
    while (index.values.has(name)) name += "_";
    constants.set(name, float32(shape, scale));
    const isGate = (value: string) => value === site.value || index.maker(value)?.inputs[0] === site.value;
    inputs.set(
      product.name,
      product.inputs.map((value) => (isGate(value) ? name : value)),
    );
  }
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: inputs.get(node.name) ?? node.inputs }));
  const products = maps.map(({ product }) => product.outputs[0]!);
  return { graph: removeDeadNodes({ ...graph, constants, nodes }), products };
}

/** The model without parameters that nothing reads. */
function used({ graph, weights }: Model): Model {
  const index = indexOf(graph);
  const read = (name: string) => index.readers(name).length > 0 || index.isOutput(name);
  const alive = removeDeadNodes(graph);
  return {
    graph: { ...alive, parameters: new Map([...graph.parameters].filter(([name]) => read(name))) },
    weights: new Map([...weights].filter(([name]) => read(name))),
  };
}
