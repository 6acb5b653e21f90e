import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { isModelFile, openModelFile } from "./model-file.js";
import { modelOptionsOf, type TrainingFlags } from "./options.js";

/** A network that is ready to be trained on a dataset. */
export interface OpenedModel extends Model {
  /** What is told to the user: parameters that start anew. */
  readonly notices: readonly string[];
}

/**
 * The network that `--model` names, with the weights it starts from: of `--weights`, of the model's file, or drawn by
 * the seed. Where the dataset has another number of classes, the last layer starts anew.
 * @throws UserError when a file cannot be read or does not fit.
 */
export async function openModel(
  flags: Pick<TrainingFlags, "attention" | "shortcut" | "aux"> & { readonly model: string; readonly weights?: string },
  dataset: Dataset,
  seed: number,
): Promise<OpenedModel> {
  if (flags.attention !== undefined && isModelFile(flags.model)) {
    throw new UserError(`--attention: got ${flags.attention} with a file; expected it with a network's name`);
  }
  const { initialise } = await import("../graph/initialise.js");
  const { graph, weights } = isModelFile(flags.model)
    ? await fromFile(flags.model, dataset)
    : { graph: await fromZoo(flags, dataset), weights: new Map<string, Tensor>() };
  const notices: string[] = [];
  const given = flags.weights === undefined ? weights : await ofFile(flags, graph, seed, notices);
  const anew = [...graph.parameters.keys()].filter((name) => !given.has(name));
  if (given.size > 0 && anew.length > 0) {
    notices.push(`${anew.join(", ")} start anew, for ${dataset.classes.length} classes`);
  }
  return { graph, weights: new Map([...initialise(graph, seed), ...given]), notices };
}

/** The weights of `--weights`; a checkpoint of a run holds more than the network, which is left out. */
async function ofFile(
  { model, weights: path }: Parameters<typeof openModel>[0],
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

async function fromZoo(flags: Parameters<typeof openModel>[0], dataset: Dataset): Promise<Graph> {
  const { createModel } = await import("../models/index.js");
  const input = [dataset.channels, dataset.height, dataset.width] as const;
  return createModel(flags.model, { classes: dataset.classes.length, input, ...modelOptionsOf(flags) });
}

/** The model of a file for the classes of the dataset. Weights of a last layer for other classes are left out. */
async function fromFile(path: string, dataset: Dataset): Promise<{ graph: Graph; weights: Weights }> {
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
