import { basename } from "node:path";
import { z } from "zod";
import { unfolded } from "../../cli/commands/unfolded.js";
import { modelOptionsOf, type TrainingFlags } from "../../cli/flags/options.js";
import type { ComparedModel } from "../../compare/compared-model.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { insertedKey } from "../../insert/insert-attention.js";
import { modelEntry } from "../../models/index.js";
import { gateNodes } from "../../read/gate-nodes.js";
import type { Recipe } from "../../train/recipe.js";
import { modelSource } from "./model-source.js";
import { checkAnew, openModel, statisticsOf } from "./open-model.js";

type CompareModelFlags = TrainingFlags & { readonly models: string };

/** What `--models` lists. @throws UserError unless these are two or more different models. */
export function comparedNames({ models, attention }: CompareModelFlags): readonly string[] {
  const given = models.split(",").map((name) => name.trim());
  const kinds = given.flatMap((name) => (modelSource(name) === "name" ? [modelEntry(name).attention] : []));
  if (given.length < 2 || new Set(given).size < given.length) {
    throw new UserError(`--models: got "${models}"; expected at least two different names such as resnet20,seresnet20`);
  }
  if (attention !== undefined && !kinds.includes("se")) {
    throw new UserError(
      `--attention: got ${attention} for networks that have none by name; expected one such as seresnet20, whose block it replaces`,
    );
  }
  return given;
}

/**
 * Opens what is compared: networks by name, whose weights are drawn by the seed, and files or repositories of the hub,
 * which start from what they hold.
 * @throws UserError when a file cannot be read or trained by the recipe.
 */
export async function openCompared(
  given: readonly string[],
  flags: CompareModelFlags,
  dataset: Dataset,
  recipe: Recipe,
): Promise<{ readonly models: readonly ComparedModel[]; readonly notices: readonly string[] }> {
  const { zooModel } = await import("../../compare/compared-model.js");
  const { planTraining } = await import("../../train/plan.js");
  const names = shortNames(given);
  const notices: string[] = [];
  const models: ComparedModel[] = [];
  const anew = new Map<string, readonly string[]>();
  for (const [i, model] of given.entries()) {
    const name = names[i]!;
    if (modelSource(model) === "name") {
      const statistics = statisticsOf(flags, dataset);
      models.push({ ...zooModel(name, dataset, modelOptionsOf(flags)), statistics });
    } else {
      const opened = await openCompare(model, name, flags, dataset, recipe);
      notices.push(...opened.notices.map((notice) => `${name}: ${notice}`));
      models.push(opened.model);
      anew.set(name, opened.anew);
    }
  }
  const sharedBy = models.map(({ graph }) => graph);
  // What cannot be trained so shows before anything is.
  for (const { name, graph } of models) {
    checkAnew(name, anew.get(name) ?? [], planTraining(graph, recipe, { sharedBy }));
  }
  return { models, notices };
}

async function openCompare(path: string, name: string, flags: CompareModelFlags, dataset: Dataset, recipe: Recipe) {
  const { initialise } = await import("../../graph/initialise.js");
  const { attention: _, shortcut: __, ...rest } = flags; // of the networks by name alone
  const given = await openModel({ ...rest, model: path }, dataset, 1);
  const { statistics, anew } = given;
  const { graph, start, notices } = await unfolded(given, flags, { ...dataset, ...statistics }, recipe);
  const drawn = async (seed: number) => {
    const first = initialise(graph, seed);
    return new Map([...(await start()), ...anew.map((parameter) => [parameter, first.get(parameter)!] as const)]);
  };
  const model: ComparedModel = { name, graph, attention: attentionOf(graph), start: drawn, statistics };
  return { model, notices, anew };
}

/** What senet insert wrote of its blocks: `se reduction=8`; `gates` of other files that have some. */
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
