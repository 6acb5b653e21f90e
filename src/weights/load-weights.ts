import { withKernelChannels } from "../clean/with-channels.js";
import { quoted, UserError, type UserErrorDetails } from "../errors.js";
import type { Graph, Parameter, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { arrayType, type DType, type Tensor } from "../graph/tensor.js";
import type { OnNotice } from "../notice.js";
import { channelTensorsOf } from "../read/channel-tensors.js";
import { type HeadParameter, headOf } from "../read/head.js";
import { matchNames, type NameMatch } from "./match-names.js";
import { type ListedTensor, listingOf, type TensorListing } from "./tensor-listing.js";

/** Options of `loadWeights`. */
export interface LoadWeightsOptions {
  /** What messages call the file. */
  readonly source?: string;
  /** Our name of a parameter that another library calls otherwise: `modelEntry(name).alias`. */
  readonly alias?: ((name: string) => string) | undefined;
  /** Whether the last layer starts anew where the file has another number of classes; on unless declined. */
  readonly renewHead?: boolean;
  /** Decides the values of a last layer that starts anew. */
  readonly seed?: number | undefined;
  /** Whether tensors that no parameter takes are told instead of refused. */
  readonly allowSurplus?: boolean | undefined;
  /** What is taken off names, such as `encoder.`; tensors whose names do not begin so are left alone. */
  readonly prefix?: string | undefined;
  /** Told what was done beside copying. */
  readonly onNotice?: OnNotice | undefined;
}

/** The weights of a network and what was done to get them. */
export interface LoadedWeights {
  readonly weights: Weights;
  /** Parameters of the last layer that start anew. */
  readonly renewed: readonly string[];
  /** Tensors of the file that no parameter takes. */
  readonly surplus: readonly string[];
}

/**
 * A file does not fit a network; everything that does not is listed.
 * @example
 * ```ts
 * import { createModel, loadWeights } from "senet";
 * import { WeightsMismatch } from "senet/weights";
 *
 * try {
 *   loadWeights(createModel("seresnet20"), new Map());
 * } catch (error) {
 *   if (!(error instanceof WeightsMismatch)) throw error;
 *   console.log(error.missing[0]); // conv1.weight
 * }
 * ```
 */
export class WeightsMismatch extends UserError {
  constructor(
    message: string,
    /** Parameters that have no tensor in the file. */
    readonly missing: readonly string[],
    /** Tensors that no parameter takes. */
    readonly surplus: readonly string[],
    /** Parameters whose tensor has another shape or type, each with both. */
    readonly misshapen: readonly string[],
    details: UserErrorDetails = {},
  ) {
    super(message, details);
  }
}

/** Which tensor is which parameter. */
interface MatchedWeights extends Pick<LoadedWeights, "renewed" | "surplus">, Pick<NameMatch, "aside" | "prefix"> {
  readonly found: ReadonlyMap<string, ListedTensor>;
  /** First kernels of images of another number of channels, and how often the channels stand in each. */
  readonly kernels: ReadonlyMap<string, number>;
}

/**
 * Gives the parameters of a network the tensors of a file: by equal names, without `module.` before them, by the
 * names of other libraries, or without a prefix that all share. A dense layer and a 1×1 convolution take each other's
 * weights; `num_batches_tracked` is ignored; other counters, losses, metrics and auxiliary heads are left out and told;
 * float64 is rounded. Where the file is for images of other channels, the first kernels follow as in timm: summed for
 * grey, else repeated and scaled. Only tensors that are used are read.
 * @throws WeightsMismatch when tensors are missing, left over or of other shapes.
 * @example
 * ```ts
 * import { createModel, loadWeights } from "senet";
 * import { readSafetensorsFile } from "senet/node";
 *
 * const graph = createModel("seresnet20", { classes: 10 });
 * const { tensors } = await readSafetensorsFile("weights.safetensors");
 * const { weights, renewed } = loadWeights(graph, tensors);
 * console.log(weights.size === graph.parameters.size, renewed); // true []
 * ```
 */
export function loadWeights(
  graph: Graph,
  tensors: TensorListing | ReadonlyMap<string, Tensor>,
  options: LoadWeightsOptions = {},
): LoadedWeights {
  const { source = "weights", seed = 1, onNotice } = options;
  const listing = tensors instanceof Map ? listingOf(tensors) : (tensors as TensorListing);
  const matched = matchWeights(graph, listing.entries, options);
  const { renewed, surplus, aside, prefix } = matched;
  if (prefix !== "") onNotice?.({ kind: "prefix", source, prefix });
  if (aside.length > 0) onNotice?.({ kind: "aside", source, tensors: aside });
  if (surplus.length > 0) onNotice?.({ kind: "surplus", source, tensors: surplus });
  const weights = read(graph, listing, matched, seed, onNotice);
  return { weights, renewed, surplus };
}

/** Finds the tensors for a network without reading them. @throws WeightsMismatch as `loadWeights`. */
export function matchWeights(
  graph: Graph,
  entries: readonly ListedTensor[],
  { source = "weights", alias, renewHead = true, allowSurplus = false, prefix: given }: LoadWeightsOptions = {},
): MatchedWeights {
  const { found, missing, surplus, aside, prefix } = matchNames(graph, entries, alias, given);
  const heads = new Map(headsOf(graph).map((head) => [head.name, head]));
  const first = kernelsOf(graph);
  const misshapen: string[] = [];
  const renewed: string[] = [];
  const kernels = new Map<string, number>();
  for (const [name, parameter] of graph.parameters) {
    const entry = found.get(name);
    if (entry === undefined || fits(parameter, entry)) continue;
    const times = first.get(name);
    if (renewHead && hasOtherClasses(parameter, entry, heads.get(name))) renewed.push(name);
    else if (times !== undefined && hasOtherChannels(parameter, entry, times)) kernels.set(name, times);
    else misshapen.push(difference(name, parameter, entry));
  }
  const ignored = allowSurplus ? [] : surplus;
  if (missing.length + ignored.length + misshapen.length > 0) {
    const lists = { missing, surplus: ignored, misshapen };
    throw new WeightsMismatch(summary(source, graph.name, lists), missing, surplus, misshapen);
  }
  return { found, renewed, surplus, aside, prefix, kernels };
}

function read(
  graph: Graph,
  listing: TensorListing,
  { found, renewed, kernels }: MatchedWeights,
  seed: number,
  onNotice: LoadWeightsOptions["onNotice"],
): Weights {
  const anew = new Map([...graph.parameters].filter(([name]) => renewed.includes(name)));
  const weights = new Map<string, Tensor>();
  const fresh = initialise({ ...graph, parameters: anew }, seed);
  let rounded = 0;
  for (const [name, { dtype, shape }] of graph.parameters) {
    const entry = found.get(name)!;
    if (entry.type === "F64" && dtype !== "float64") rounded++;
    const times = kernels.get(name);
    const own = () => inType(dtype, listing.read(entry.name));
    if (times !== undefined) weights.set(name, withKernelChannels(own(), shape[1]! / times, times));
    else weights.set(name, fresh.get(name) ?? { ...own(), shape });
  }
  for (const [first, times] of [...kernels].slice(0, 1)) {
    const [from, to] = [found.get(first)!.shape[1]! / times, graph.parameters.get(first)!.shape[1]! / times];
    onNotice?.({ kind: "channel-kernels", parameters: [...kernels.keys()], from, to });
  }
  if (rounded > 0) onNotice?.({ kind: "rounded", tensors: rounded, from: "float64", to: "float32" });
  for (const parameter of renewed) {
    const [file, network] = [found.get(parameter)!.shape, graph.parameters.get(parameter)!.shape];
    onNotice?.({ kind: "renewed", parameter, file, network });
  }
  return weights;
}

function inType(dtype: DType, tensor: Tensor): Tensor {
  if (tensor.dtype === dtype) return tensor;
  return { ...tensor, dtype, data: arrayType(dtype as "float32").from(tensor.data as Float32Array) } as Tensor;
}

const floating = ["F32", "F16", "BF16", "F64"];

function fits({ shape }: Parameter, entry: ListedTensor): boolean {
  return floating.includes(entry.type) && sameWeights(shape, entry.shape);
}

/** Equal shapes, or those of a dense layer [O, I] and a 1×1 convolution [O, I, 1, 1]. */
function sameWeights(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const whole =
    short.every((size, axis) => size === long[axis]) && long.slice(short.length).every((size) => size === 1);
  return whole && (short.length === long.length || short.length === 2);
}

/** Whether nothing but the number of classes differs. */
function hasOtherClasses({ shape }: Parameter, entry: ListedTensor, head: HeadParameter | undefined): boolean {
  if (head === undefined || !floating.includes(entry.type)) return false;
  const theirs = entry.shape.length > head.axis ? entry.shape.with(head.axis, shape[head.axis]!) : [];
  return sameWeights(shape, theirs);
}

/** Whether nothing but the number of channels of images differs, which stand so many times in the second axis. */
function hasOtherChannels({ shape }: Parameter, entry: ListedTensor, times: number): boolean {
  if (!floating.includes(entry.type) || entry.shape.length !== shape.length || entry.shape[1]! % times !== 0)
    return false;
  return sameWeights(shape, entry.shape.with(1, shape[1]!));
}

/** The kernels that read the channels of images, and how often these stand in each; none where others read them. */
function kernelsOf(graph: Graph): ReadonlyMap<string, number> {
  try {
    const kernels = channelTensorsOf(graph).filter(({ kind }) => kind === "kernel");
    return new Map(kernels.map(({ name, times }) => [name, times]));
  } catch (error) {
    if (error instanceof UserError) return new Map();
    throw error;
  }
}

/** The parameters of the last layers, auxiliary ones included; none where the network is no classifier. */
function headsOf(graph: Graph): HeadParameter[] {
  return graph.outputs.flatMap((output) => {
    try {
      return headOf({ ...graph, outputs: [output] });
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

function difference(name: string, { dtype, shape }: Parameter, entry: ListedTensor): string {
  const type = floating.includes(entry.type) ? "" : `${entry.type} `;
  const expected = type === "" ? "" : `${dtype} `;
  return `${name} (got ${type}[${entry.shape}]; expected ${expected}[${shape}])`;
}

/** Names that the one line has room for, of each kind. */
const SHOWN = 3;

function summary(source: string, network: string, lists: Readonly<Record<string, readonly string[]>>): string {
  const parts = Object.entries(lists).flatMap(([what, names]) => {
    if (names.length === 0) return [];
    const shown = names.slice(0, SHOWN).map(quoted).join(", ");
    return [`${names.length} ${what}: ${shown}${names.length > SHOWN ? ", …" : ""}`];
  });
  return `${source} does not fit ${network} (${parts.join("; ")}); give weights of this network`;
}
