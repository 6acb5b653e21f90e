import type { Dataset, Statistics } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import type { ModelCard } from "../models/model-card.js";
import { isModelFile, openModelFile } from "./model-file.js";
import { numbersOf } from "./number-list.js";
import { modelOptionsOf, type TrainingFlags } from "./options.js";

/** A network that is ready to be trained on a dataset. */
export interface OpenedModel extends Model {
  /** See {@link statisticsOf}. */
  readonly statistics: Statistics;
  /** Parameters without weights of their own: those of a last layer for other classes. */
  readonly anew: readonly string[];
  /** What is told to the user. */
  readonly notices: readonly string[];
}

/** What says which network it is. */
type OpenFlags = Pick<TrainingFlags, "attention" | "shortcut" | "aux" | "mean" | "std"> & {
  readonly model: string;
  readonly weights?: string;
};

/**
 * The network that `--model` names, with the weights it starts from: of `--weights`, of the model's file, or drawn by
 * the seed. Where the dataset has another number of classes, the last layer starts anew.
 * @throws UserError when a file cannot be read or does not fit.
 */
export async function openModel(flags: OpenFlags, dataset: Dataset, seed: number): Promise<OpenedModel> {
  if (flags.attention !== undefined && isModelFile(flags.model)) {
    throw new UserError(`--attention: got ${flags.attention} with a file; expected it with a network's name`);
  }
  const { initialise } = await import("../graph/initialise.js");
  const { graph, weights, card } = isModelFile(flags.model)
    ? await fromFile(flags.model, dataset)
    : { graph: await fromZoo(flags, dataset), weights: new Map<string, Tensor>() };
  const notices: string[] = [];
  const statistics = statisticsOf(flags, dataset, card);
  const given = flags.weights === undefined ? weights : await ofFile(flags, graph, seed, notices);
  const anew = [...graph.parameters.keys()].filter((name) => !given.has(name));
  if (given.size > 0 && anew.length > 0) {
    notices.push(`${anew.join(", ")} start anew, for ${dataset.classes.length} classes`);
  }
  const drawn = new Map([...initialise(graph, seed), ...given]);
  return { graph, weights: drawn, statistics, anew: given.size > 0 ? anew : [], notices };
}

/**
 * How images are normalised: as the flags say, as the model's file does, or as the dataset does.
 * @throws UserError when a flag has not one number for every channel.
 */
export function statisticsOf(
  { mean, std }: Pick<OpenFlags, "mean" | "std">,
  dataset: Dataset,
  card: Statistics | undefined,
): Statistics {
  const { channels } = dataset;
  const read = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : numbersOf(flag, text, `${channels} numbers with commas between`, [channels]);
  return {
    mean: read("--mean", mean) ?? card?.mean ?? dataset.mean,
    std: read("--std", std) ?? card?.std ?? dataset.std,
  };
}

/** The weights of `--weights`; a checkpoint of a run holds more than the network, which is left out. */
async function ofFile(
  { model, weights: path }: OpenFlags,
  graph: Graph,
  seed: number,
  notices: string[],
): Promise<Weights> {
  const { readModelWeights } = await import("./model-weights.js");
  const { weights } = await readModelWeights(path!, graph, {
    model: isModelFile(model) ? undefined : model,
    seed,
    allowSurplus: true,
    onNotice: (text) => notices.push(text.length > 200 ? `${text.slice(0, 200)}…` : text),
  });
  return weights;
}

async function fromZoo(flags: OpenFlags, dataset: Dataset): Promise<Graph> {
  const { createModel } = await import("../models/index.js");
  const input = [dataset.channels, dataset.height, dataset.width] as const;
  return createModel(flags.model, { classes: dataset.classes.length, input, ...modelOptionsOf(flags) });
}

/**
 * The model of a file for the classes of the dataset, and what the file says of itself, if anything. Weights of a last layer
 * for other classes are left out.
 */
async function fromFile(path: string, dataset: Dataset): Promise<Model & { card: ModelCard | undefined }> {
  const { headOf, withClasses } = await import("../transform/head.js");
  const { hasCard, readCard } = await import("../models/model-card.js");
  const { channels, height, width, classes } = dataset;
  const { graph, weights } = await openModelFile(path, { image: [channels, height, width] });
  const card = hasCard(graph) ? readCard(graph) : undefined;
  if (graph.outputs[0]!.shape.at(-1) === classes.length && !namesOthers(card, classes)) return { graph, weights, card };
  const head = new Set(headOf(graph).map(({ name }) => name));
  return {
    graph: withClasses(graph, classes.length),
    weights: new Map([...weights].filter(([name]) => !head.has(name))),
    card,
  };
}

/** True where a file names its classes, and they are other ones. Numbers are no names: senet convert writes them. */
function namesOthers(card: ModelCard | undefined, classes: readonly string[]): boolean {
  return card?.classes.some((name, i) => name !== classes[i] && name !== String(i)) ?? false;
}
