import { basename } from "node:path";
import * as z from "zod/mini";
import type { ComparedModel } from "../../compare/compared-model.js";
import type { Dataset } from "../../data/dataset.js";
import { optionError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { insertedKey } from "../../insert/insert-attention.js";
import { formatAttention } from "../../layers/attention/attention.js";
import { modelEntry } from "../../models/index.js";
import type { Notice } from "../../notice.js";
import { gateNodes } from "../../read/gate-nodes.js";
import type { StepDraft } from "../../step/training-step.js";
import type { Recipe } from "../../train/recipe.js";
import type { Situation } from "../../train/usual-recipe.js";
import { type UnfoldSettings, unfoldBatchNorms } from "../run/unfold-batch-norms.js";
import { checkTrainingMemory } from "./check-memory.js";
import { modelOptions } from "./find-model.js";
import type { NetworkOptions, Opening } from "./model-query.js";
import { modelSource } from "./model-source.js";
import {
  checkAnew,
  type GivenStatistics,
  openForTraining,
  statisticsOf,
  type TrainableModel,
} from "./open-for-training.js";
import { situationOf } from "./situation-of.js";

/** How networks are opened for a comparison. */
export interface OpenComparedOptions extends Opening {
  /** Of the networks by name alone: `attention` says how those look that have it by name. */
  readonly network?: NetworkOptions | undefined;
  /** Mean and std of all of them, in the place of their own. */
  readonly statistics?: GivenStatistics | undefined;
  /** Whether steps will compute parts of the forward pass again, which takes less memory. */
  readonly recompute?: boolean | undefined;
  /** Where batch norms that files have folded away are put back. */
  readonly unfold?: UnfoldSettings | undefined;
}

/**
 * @throws UserError unless these are two or more different models, of which one has the block that `attention`
 *   replaces.
 */
export function checkCompared(given: readonly string[], { attention }: NetworkOptions = {}): void {
  const kinds = given.flatMap((name) => (modelSource(name) === "name" ? [modelEntry(name).attention] : []));
  if (given.length < 2 || new Set(given).size < given.length) {
    const expected = "at least two different names such as resnet20,seresnet20";
    throw optionError("models", `got "${given.join(",")}"; expected ${expected}`);
  }
  if (attention === undefined || kinds.includes("se")) return;
  throw optionError(
    "attention",
    `got ${formatAttention(attention)} for networks that have none by name; expected one such as seresnet20, whose block it replaces`,
  );
}

/** Models that can be compared by one recipe. */
export interface OpenedComparison {
  readonly models: readonly DraftedModel[];
  readonly notices: readonly ModelNotice[];
  readonly recipe: Recipe;
}

/**
 * Opens what is compared: networks by name, whose weights are drawn by the seed, and files or repositories of the hub,
 * which start from what they hold.
 * @param choose makes the recipe that suits them all.
 * @throws UserError when one cannot be had or trained by the recipe.
 */
export async function openCompared(
  given: readonly string[],
  dataset: Dataset,
  choose: (situation: Situation) => Promise<Recipe>,
  options: OpenComparedOptions = {},
): Promise<OpenedComparison> {
  const { network = {}, statistics = {} } = options;
  const { zooModel } = await import("../../compare/compared-model.js");
  const { draftTraining } = await import("../../train/plan.js");
  const names = shortNames(given);
  const opened = new Map<string, TrainableModel>();
  for (const [i, model] of given.entries()) {
    if (modelSource(model) !== "name") opened.set(names[i]!, await openOne(model, dataset, options));
  }
  // A network by name has nothing but drawn values.
  const learners = names.map((name) => opened.get(name) ?? { start: "drawn" as const });
  const recipe = await choose(situationOf(learners, dataset));
  const notices: ModelNotice[] = [];
  const models: ComparedModel[] = [];
  for (const name of names) {
    const trainable = opened.get(name);
    if (trainable === undefined) {
      const normalised = statisticsOf(statistics, dataset);
      const preparedBy = statistics.mean && statistics.std ? "given" : "dataset";
      const zoo = zooModel(name, dataset, modelOptions(network));
      models.push({ ...zoo, statistics: normalised, provenance: { preparedBy } });
    } else {
      const started = await startOf(name, trainable, dataset, recipe, options);
      notices.push(...started.notices.map((notice) => ({ model: name, notice })));
      models.push(started.model);
    }
  }
  const sharedBy = models.map(({ graph }) => graph);
  // What cannot be trained so shows before anything is.
  for (const { graph } of models) await checkTrainingMemory(graph, recipe.batch, options.recompute);
  const drafted = models.map((model) => {
    const draft = draftTraining(model.graph, recipe, { sharedBy });
    checkAnew(model.name, opened.get(model.name)?.anew ?? [], draft);
    return { ...model, draft };
  });
  return { models: drafted, notices, recipe };
}

/** A network that can begin, with its training step. */
export type DraftedModel = ComparedModel & { readonly draft: StepDraft };

/** A notice about one of the models. */
export interface ModelNotice {
  readonly model: string;
  readonly notice: Notice;
}

function openOne(model: string, dataset: Dataset, { network = {}, unfold: _, ...options }: OpenComparedOptions) {
  const { aux } = network; // the rest is of networks by name alone
  return openForTraining({ model, network: { aux } }, dataset, options);
}

async function startOf(
  name: string,
  trainable: TrainableModel,
  dataset: Dataset,
  recipe: Recipe,
  { unfold }: OpenComparedOptions,
) {
  const { initialise } = await import("../../graph/initialise.js");
  const { statistics, preparedBy, anew } = trainable;
  const { graph, start, notices } = unfold
    ? await unfoldBatchNorms(trainable, { ...dataset, ...statistics }, recipe, unfold)
    : { ...trainable, start: async () => trainable.weights };
  const drawn = async (seed: number) => {
    const first = initialise(graph, seed);
    return new Map([...(await start()), ...anew.map((parameter) => [parameter, first.get(parameter)!] as const)]);
  };
  const attention = attentionOf(graph);
  const compared: ComparedModel = { name, graph, attention, start: drawn, statistics, provenance: { preparedBy } };
  return { model: compared, notices };
}

/** What an insertion wrote of its blocks: `se reduction=8`; `gates` of other files that have some. */
function attentionOf(graph: Graph): string {
  const inserted = z.array(z.object({ attention: z.string() })).safeParse(parsed(graph.metadata.get(insertedKey)));
  const blocks = inserted.success ? inserted.data.map(({ attention }) => attention.replace(":", " ")) : [];
  if (blocks.length > 0) return blocks.join(" + ");
  return gateNodes(graph).size > 0 ? "gates" : "none";
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "[]");
  } catch {
    return undefined;
  }
}

/** Files without their folders, or with them where two would have one name; `/` cannot be part of a run's name. */
function shortNames(given: readonly string[]): string[] {
  const short = given.map((model) => basename(model, ".onnx"));
  return given.map((model, i) =>
    short.filter((name) => name === short[i]).length === 1
      ? short[i]!
      : model
          .replace(/\.onnx$/, "")
          .replace(/^[./\\]+/, "")
          .replace(/[/\\]+/g, "-"),
  );
}
