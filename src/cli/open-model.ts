import type { Dataset, Statistics } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import type { ModelCard } from "../models/model-card.js";
import type { StatePlan } from "../transform/state.js";
import { openModelFile } from "./model-file.js";
import { type ModelSource, modelSource } from "./model-source.js";
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

type ModelFlags = Pick<TrainingFlags, "attention" | "shortcut" | "aux" | "mean" | "std"> & {
  readonly model: string;
  readonly weights?: string;
};

/** A network for the classes of a dataset, with the weights that come with it. */
interface Found extends Model {
  /** Its name in the zoo, where that is known. */
  readonly name?: string;
  /** How the images were normalised that its weights come from, where that is known. */
  readonly statistics?: Statistics | undefined;
}

/**
 * The network that `--model` names, with the weights it starts from: of `--weights`, of the model's file or repository, or
 * drawn by the seed. Where the dataset has another number of classes, the last layer starts anew.
 * @throws UserError when a file cannot be read or does not fit.
 */
export async function openModel(flags: ModelFlags, dataset: Dataset, seed: number): Promise<OpenedModel> {
  const source = modelSource(flags.model);
  for (const [flag, value] of [
    ["--attention", flags.attention],
    ["--aux", flags.aux && "it"],
  ] as const) {
    if (value !== undefined && source !== "name") {
      const given = source === "hub" ? "a hub id" : "a file";
      throw new UserError(`${flag}: got ${value} with ${given}; expected it with a network's name`);
    }
  }
  const { initialise } = await import("../graph/initialise.js");
  const notices: string[] = [];
  const { name, graph, weights, statistics: own } = await foundAs[source](flags, dataset);
  const given = flags.weights === undefined ? weights : await ofFile(flags.weights, name, graph, seed, notices);
  const anew = [...graph.parameters.keys()].filter((name) => !given.has(name));
  if (given.size > 0 && anew.length > 0) {
    notices.push(`${anew.join(", ")} start anew, for ${dataset.classes.length} classes`);
  }
  const statistics = statisticsOf(flags, dataset, own);
  const drawn = new Map([...initialise(graph, seed), ...given]);
  return { graph, weights: drawn, statistics, anew: given.size > 0 ? anew : [], notices };
}

/**
 * How images are normalised: as the flags say, as the model's weights were trained, or as the dataset has it.
 * @throws UserError when a flag has not one number for every channel.
 */
export function statisticsOf(
  { mean, std }: Pick<ModelFlags, "mean" | "std">,
  dataset: Dataset,
  own: Statistics = dataset,
): Statistics {
  const { channels } = dataset;
  const read = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : numbersOf(flag, text, `${channels} numbers with commas between`, [channels]);
  return { mean: read("--mean", mean) ?? own.mean, std: read("--std", std) ?? own.std };
}

/** @throws UserError when a parameter that starts anew would never learn. */
export function checkAnew(model: string, anew: readonly string[], { fixed }: Pick<StatePlan, "fixed">): void {
  const still = anew.find((name) => fixed.includes(name));
  if (still === undefined) return;
  throw new UserError(`${model}: got ${still} frozen, which starts anew; let it learn, such as by --train gates+head`);
}

const foundAs: Readonly<Record<ModelSource, (flags: ModelFlags, dataset: Dataset) => Promise<Found>>> = {
  name: fromZoo,
  file: fromFile,
  hub: fromHub,
};

/** The weights of `--weights`; a checkpoint of a run holds more than the network, which is left out. */
async function ofFile(
  path: string,
  model: string | undefined,
  graph: Graph,
  seed: number,
  notices: string[],
): Promise<Weights> {
  const { readModelWeights } = await import("./model-weights.js");
  const { weights } = await readModelWeights(path, graph, {
    model,
    seed,
    allowSurplus: true,
    onNotice: (text) => notices.push(text.length > 200 ? `${text.slice(0, 200)}…` : text),
  });
  return weights;
}

async function fromZoo(flags: ModelFlags, dataset: Dataset): Promise<Found> {
  const { createModel } = await import("../models/index.js");
  const graph = createModel(flags.model, { ...sizesOf(dataset), ...modelOptionsOf(flags) });
  return { name: flags.model, graph, weights: new Map<string, Tensor>() };
}

function sizesOf({ classes, channels, height, width }: Dataset) {
  return { classes: classes.length, input: [channels, height, width] } as const;
}

/** The published network with its weights, but for a last layer for other classes. */
async function fromHub(flags: ModelFlags, dataset: Dataset): Promise<Found> {
  const { openHub, openHubGraph } = await import("./open-hub.js");
  const options = { model: { ...sizesOf(dataset), ...modelOptionsOf(flags) } };
  if (flags.weights !== undefined) return { ...(await openHubGraph(flags.model, options)), weights: new Map() };
  const found = await openHub(flags.model, { ...options, renewHead: true, onNotice: tellOthers });
  const { renewed, preprocessing: statistics } = found;
  const weights = new Map([...found.weights].filter(([name]) => !renewed.includes(name)));
  return { ...found, weights, statistics };
}

/** Tells what is noticed while a model comes; that a last layer starts anew is told of all models alike, later. */
function tellOthers(text: string): void {
  if (!text.includes(" starts anew: ")) process.stderr.write(`senet: ${text}\n`);
}

/**
 * The model of a file for the classes of the dataset. Weights of a last layer for other classes are left out: for another
 * number of them, or where the file has names for them that are not the dataset's.
 */
async function fromFile({ model: path }: ModelFlags, dataset: Dataset): Promise<Found> {
  const { headOf, withClasses } = await import("../transform/head.js");
  const { hasCard, readCard } = await import("../models/model-card.js");
  const { channels, height, width, classes } = dataset;
  const { graph, weights } = await openModelFile(path, { image: [channels, height, width] });
  const statistics = hasCard(graph) ? readCard(graph) : undefined;
  const fits = graph.outputs[0]!.shape.at(-1) === classes.length && !namesOthers(statistics, classes);
  if (fits) return { graph, weights, statistics };
  const head = new Set(headOf(graph).map(({ name }) => name));
  return {
    graph: withClasses(graph, classes.length),
    weights: new Map([...weights].filter(([name]) => !head.has(name))),
    statistics,
  };
}

/** True where a file names its classes, and they are other ones. Numbers are no names: senet convert writes them. */
function namesOthers(card: ModelCard | undefined, classes: readonly string[]): boolean {
  return card?.classes.some((name, i) => name !== classes[i] && name !== String(i)) ?? false;
}
