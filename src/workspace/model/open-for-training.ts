import { ownStatistics } from "../../classifier/classifier-shape.js";
import type { Dataset } from "../../data/dataset.js";
import type { Statistics } from "../../data/image-set.js";
import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { ModelCard } from "../../models/card/model-card.js";
import type { Notice } from "../../notice.js";
import type { StatePlan } from "../../step/state.js";
import { perChannel } from "../data/per-channel.js";
import { type FoundModel, findModel } from "./find-model.js";
import { cardIn, type KnownCard, knownCard } from "./known-card.js";
import type { ModelQuery, Opening } from "./model-query.js";

/** How a network is opened for training. */
export interface OpenForTrainingOptions extends Opening {
  /** Decides the values of parameters that start without weights (1 by default). */
  readonly seed?: number | undefined;
  /** Mean and std that images are normalised by, in the place of the weights' own or the dataset's. */
  readonly statistics?: GivenStatistics | undefined;
  /** The output that is trained, by name, where a file has several that may be. */
  readonly output?: string | undefined;
  /** Patterns of a file's settings, such as a mean, that learn all the same. */
  readonly learnBuffers?: readonly string[] | undefined;
}

/** Mean and std as far as they are given, per channel, of pixels scaled to 0–1. */
export interface GivenStatistics {
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/**
 * Who says how images are normalised: who trains, the weights' file or repository, what is published of the network's
 * name, the file itself, which does it inside, or the dataset.
 */
export type PreparedBy = "given" | KnownCard["by"] | "inside" | "dataset";

/** A network that is ready to be trained on a dataset. */
export interface TrainableModel extends Model {
  /** See {@link statisticsOf}. */
  readonly statistics: Statistics;
  readonly preparedBy: PreparedBy;
  /** Whether it has weights, or starts from drawn values altogether. */
  readonly start: "drawn" | "weights";
  /** Parameters to be learnt without weights of their own: those of a last layer for other classes. */
  readonly anew: readonly string[];
  /** What a user should know of how it starts. */
  readonly notices: readonly Notice[];
}

/**
 * Opens a network for training on a dataset, with the weights it starts from: those of the query, its own, or drawn by
 * the seed. Where the dataset has other classes, the last layer starts anew.
 * @throws UserError when it cannot be had or does not fit.
 */
export async function openForTraining(
  query: ModelQuery,
  dataset: Dataset,
  { seed = 1, statistics = {}, onNotice, ...opening }: OpenForTrainingOptions = {},
): Promise<TrainableModel> {
  const { classes, channels, height, width } = dataset;
  const found = await findModel(query, {
    ...opening,
    // That the last layer starts anew is told below, for whatever reason it does.
    onNotice: (notice) => notice.kind !== "renewed" && onNotice?.(notice),
    classes: classes.length,
    image: [channels, height, width],
    renewHead: true,
    toTrain: true,
    allowSurplus: true,
  });
  const { initialise } = await import("../../graph/initialise.js");
  const { weights = new Map() } = found;
  const anew = weights.size === 0 ? [] : await startAnew(found, classes);
  const graph = anew.length > found.renewed.length ? await withNewHead(found, classes.length) : found.graph;
  const renewed: Notice = { kind: "renewed-head", parameters: anew, classes: classes.length };
  const fresh = [...graph.parameters].filter(([name]) => !weights.has(name) || anew.includes(name));
  const drawn = new Map([...weights, ...initialise({ ...graph, parameters: new Map(fresh) }, seed)]);
  const known = await knownCard(found);
  const inside = found.input && ownStatistics(found.input);
  const bytes = found.input?.type === "uint8";
  const own = bytes ? inside! : statisticsOf(statistics, dataset, known?.card ?? inside);
  const given = statistics.mean !== undefined && statistics.std !== undefined && !bytes;
  const preparedBy = given ? "given" : ((bytes ? undefined : known?.by) ?? (inside ? "inside" : "dataset"));
  const start = found.weights === undefined ? "drawn" : "weights";
  const notices = [...(anew.length === 0 ? [] : [renewed]), ...told(found, preparedBy, own)];
  const learnt = anew.filter((name) => graph.parameters.get(name)!.trainable);
  return { graph, weights: drawn, start, statistics: own, preparedBy, anew: learnt, notices };
}

/** The graph of a file with a last layer to be drawn: a file says only what its values are. */
async function withNewHead({ source, graph }: FoundModel, classes: number): Promise<Graph> {
  if (source !== "file") return graph;
  const { withClasses } = await import("../../clean/with-classes.js");
  return withClasses(graph, classes);
}

/** How the images of a file are prepared that does not say it. */
function told({ source, input }: FoundModel, preparedBy: PreparedBy, { mean, std }: Statistics): Notice[] {
  if (source !== "file" || input === undefined) return [];
  if (preparedBy === "inside") return [{ kind: "normalised-inside", because: input.because }];
  return preparedBy === "dataset" ? [{ kind: "no-card", mean, std }] : [];
}

/** The last layer, where it is of another number of classes, or of others by name. */
async function startAnew({ graph, renewed, said }: FoundModel, classes: readonly string[]): Promise<readonly string[]> {
  if (!namesOthers(await cardIn({ ...graph, metadata: said }), classes)) return renewed;
  const { headOf } = await import("../../read/head.js");
  return [...new Set([...renewed, ...headOf(graph).map(({ name }) => name)])];
}

/**
 * How images are normalised: as is given, as the model's weights were trained, or as the dataset has it.
 * @throws UserError when there is not one number for every channel.
 */
export function statisticsOf({ mean, std }: GivenStatistics, dataset: Dataset, own: Statistics = dataset): Statistics {
  const { channels } = dataset;
  return {
    mean: perChannel("mean", mean, channels) ?? own.mean,
    std: perChannel("std", std, channels) ?? own.std,
  };
}

/** @throws UserError when a parameter that starts anew would never learn. */
export function checkAnew(model: string, anew: readonly string[], { fixed }: Pick<StatePlan, "fixed">): void {
  const still = anew.find((name) => fixed.includes(name));
  if (still === undefined) return;
  throw new UserError(
    `${model}: got data of other classes, for which the last layer starts anew, and ${still} frozen; let it learn`,
    { option: "learn" },
  );
}

/**
 * True where a model names its classes, and they are other ones. Numbers are no names, as shards and conversions have
 * them.
 */
function namesOthers(card: ModelCard | undefined, classes: readonly string[]): boolean {
  if (card?.classes.length !== classes.length) return false; // those are told by their number
  const isNumber = (name: string, i: number) => name === String(i);
  if (classes.every(isNumber)) return false;
  return card.classes.some((name, i) => name !== classes[i] && !isNumber(name, i));
}
