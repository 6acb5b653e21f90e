import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { openModelFile } from "./model-file.js";
import { type ModelSource, modelSource } from "./model-source.js";
import { modelOptionsOf, type TrainingFlags } from "./options.js";

/** A network that is ready to be trained on a dataset. */
export interface OpenedModel extends Model {
  /** What is told to the user: parameters that start anew. */
  readonly notices: readonly string[];
}

type ModelFlags = Pick<TrainingFlags, "attention" | "shortcut" | "aux"> & {
  readonly model: string;
  readonly weights?: string;
};

/** A network for the classes of a dataset, with the weights that come with it. */
interface Found extends Model {
  /** Its name in the zoo, where that is known. */
  readonly name?: string;
}

/**
 * The network that `--model` names, with the weights it starts from: of `--weights`, of the model's file or repository, or
 * drawn by the seed. Where the dataset has another number of classes, the last layer starts anew.
 * @throws UserError when a file cannot be read or does not fit.
 */
export async function openModel(flags: ModelFlags, dataset: Dataset, seed: number): Promise<OpenedModel> {
  const source = modelSource(flags.model);
  if (flags.attention !== undefined && source !== "name") {
    const given = source === "hub" ? "a hub id" : "a file";
    throw new UserError(`--attention: got ${flags.attention} with ${given}; expected it with a network's name`);
  }
  const { initialise } = await import("../graph/initialise.js");
  const notices: string[] = [];
  const { name, graph, weights } = await foundAs[source](flags, dataset, notices);
  const given = flags.weights === undefined ? weights : await ofFile(flags.weights, name, graph, seed, notices);
  const anew = [...graph.parameters.keys()].filter((name) => !given.has(name));
  if (given.size > 0 && anew.length > 0) {
    notices.push(`${anew.join(", ")} start anew, for ${dataset.classes.length} classes`);
  }
  return { graph, weights: new Map([...initialise(graph, seed), ...given]), notices };
}

const foundAs: Readonly<
  Record<ModelSource, (flags: ModelFlags, dataset: Dataset, notices: string[]) => Promise<Found>>
> = { name: fromZoo, file: fromFile, hub: fromHub };

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
async function fromHub(flags: ModelFlags, dataset: Dataset, notices: string[]): Promise<Found> {
  const { openHub, openHubGraph } = await import("./open-hub.js");
  const options = { model: { ...sizesOf(dataset), ...modelOptionsOf(flags) } };
  if (flags.weights !== undefined) return { ...(await openHubGraph(flags.model, options)), weights: new Map() };
  const onNotice = (text: string) => notices.push(text);
  const found = await openHub(flags.model, { ...options, renewHead: true, onNotice });
  const { mean, std } = found.preprocessing;
  if (mean.join() !== dataset.mean.join() || std.join() !== dataset.std.join()) {
    const own = `mean ${dataset.mean.join(", ")} and std ${dataset.std.join(", ")}`;
    notices.push(
      `${flags.model} was trained with mean ${mean.join(", ")} and std ${std.join(", ")}; here it sees ${own}`,
    );
  }
  const renewed = found.renewed;
  return { ...found, weights: new Map([...found.weights].filter(([name]) => !renewed.includes(name))) };
}

/** The model of a file for the classes of the dataset. Weights of a last layer for other classes are left out. */
async function fromFile({ model: path }: ModelFlags, dataset: Dataset): Promise<Found> {
  const { headOf, withClasses } = await import("../transform/head.js");
  const { channels, height, width } = dataset;
  const { graph, weights } = await openModelFile(path, { image: [channels, height, width] });
  if (graph.outputs[0]!.shape.at(-1) === dataset.classes.length) return { graph, weights };
  const head = new Set(headOf(graph).map(({ name }) => name));
  return {
    graph: withClasses(graph, dataset.classes.length),
    weights: new Map([...weights].filter(([name]) => !head.has(name))),
  };
}
