import { numbersOf } from "../../cli/flags/number-list.js";
import type { TrainingFlags } from "../../cli/flags/options.js";
import type { Dataset } from "../../data/dataset.js";
import type { Statistics } from "../../data/image-set.js";
import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { ModelCard } from "../../models/card/model-card.js";
import type { StatePlan } from "../../step/state.js";
import { type FoundModel, findModel, type ModelFlags } from "./find-model.js";

/** A network that is ready to be trained on a dataset. */
export interface OpenedModel extends Model {
  /** See {@link statisticsOf}. */
  readonly statistics: Statistics;
  /** Parameters without weights of their own: those of a last layer for other classes. */
  readonly anew: readonly string[];
  /** What is told to the user. */
  readonly notices: readonly string[];
}

type TrainedFlags = ModelFlags & Partial<Pick<TrainingFlags, "attention" | "shortcut" | "aux" | "mean" | "std">>;

/**
 * The network that `--model` names, with the weights it starts from: of `--weights`, its own, or drawn by the seed. Where the
 * dataset has other classes, the last layer starts anew.
 * @throws UserError when it cannot be had or does not fit.
 */
export async function openModel(flags: TrainedFlags, dataset: Dataset, seed: number): Promise<OpenedModel> {
  const { attention, shortcut, aux } = flags;
  const { classes, channels, height, width } = dataset;
  const found = await findModel(flags, {
    network: { attention, shortcut, aux },
    classes: classes.length,
    image: [channels, height, width],
    renewHead: true,
    allowSurplus: true,
    onNotice: tellOthers,
  });
  const { initialise } = await import("../../graph/initialise.js");
  const { graph, weights = new Map() } = found;
  const anew = weights.size === 0 ? [] : await startAnew(found, classes);
  const notices = anew.length === 0 ? [] : [`${anew.join(", ")} start anew, for ${classes.length} classes`];
  const fresh = [...graph.parameters].filter(([name]) => !weights.has(name) || anew.includes(name));
  const drawn = new Map([...weights, ...initialise({ ...graph, parameters: new Map(fresh) }, seed)]);
  return { graph, weights: drawn, statistics: statisticsOf(flags, dataset, await cardOf(graph)), anew, notices };
}

/** The last layer, where it is of another number of classes, or of others by name. */
async function startAnew({ graph, renewed, said }: FoundModel, classes: readonly string[]): Promise<readonly string[]> {
  if (!namesOthers(await cardOf({ ...graph, metadata: said }), classes)) return renewed;
  const { headOf } = await import("../../read/head.js");
  return [...new Set([...renewed, ...headOf(graph).map(({ name }) => name)])];
}

async function cardOf(graph: Graph): Promise<ModelCard | undefined> {
  const { hasCard, readCard } = await import("../../models/card/model-card.js");
  return hasCard(graph) ? readCard(graph) : undefined;
}

/** Tells what is noticed while a model comes; that a last layer starts anew is told of all models alike, later. */
function tellOthers(text: string): void {
  if (text.includes(" starts anew: ")) return;
  process.stderr.write(`senet: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}\n`);
}

/**
 * How images are normalised: as the flags say, as the model's weights were trained, or as the dataset has it.
 * @throws UserError when a flag has not one number for every channel.
 */
export function statisticsOf(
  { mean, std }: Pick<TrainedFlags, "mean" | "std">,
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

/** True where a model names its classes, and they are other ones. Numbers are no names, as shards and senet convert have them. */
function namesOthers(card: ModelCard | undefined, classes: readonly string[]): boolean {
  if (card?.classes.length !== classes.length) return false; // those are told by their number
  const isNumber = (name: string, i: number) => name === String(i);
  if (classes.every(isNumber)) return false;
  return card.classes.some((name, i) => name !== classes[i] && !isNumber(name, i));
}
