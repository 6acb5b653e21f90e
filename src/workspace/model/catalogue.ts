import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { ModelEntry } from "../../models/model.js";

/** A network that can be built by name, and what it costs. */
export interface CatalogueRow extends Pick<ModelEntry, "family" | "attention" | "input" | "classes"> {
  readonly name: string;
  readonly params: number;
  /** Multiply-accumulates for one image of the network's own size. */
  readonly macs: number;
}

/** What the build has counted: to build all networks takes seconds, and to read this takes none. */
const counted = new URL("./catalogue.json", import.meta.url);

/**
 * Every network by its published name, in the order of the families' tables.
 * @example
 * ```ts
 * import { catalogue } from "senet/node";
 *
 * const row = (await catalogue()).find(({ name }) => name === "seresnet50");
 * console.log(row?.family, row?.params, row?.macs); // resnet 28088024 4091699200
 * ```
 */
export async function catalogue(): Promise<readonly CatalogueRow[]> {
  if (!existsSync(counted)) return countCatalogue();
  return JSON.parse(readFileSync(counted, "utf8")) as CatalogueRow[];
}

/** Builds every network and counts its parameters and multiply-accumulates. */
export async function countCatalogue(): Promise<readonly CatalogueRow[]> {
  const { createModel, models } = await import("../../models/index.js");
  const { countMacs } = await import("../../account/cost.js");
  const { countParameters } = await import("../../graph/graph.js");
  return Object.entries(models).map(([name, { family, attention, input, classes }]) => {
    const graph = createModel(name);
    return { name, family, attention, input, classes, params: countParameters(graph), macs: countMacs(graph) };
  });
}

/** Counts once, for every later {@link catalogue}: the last part of the build. */
export async function writeCatalogue(): Promise<void> {
  await writeFile(counted, JSON.stringify(await countCatalogue()));
}
