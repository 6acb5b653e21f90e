import { profile } from "../../account/profile.js";
import type { Dataset } from "../../data/dataset.js";
import { isFileSplit } from "../../data/decode/file-split.js";
import type { Graph } from "../../graph/graph.js";
import type { Recipe } from "../../train/recipe.js";

/** What is trained side by side. */
export interface JobsToChoose {
  readonly graphs: readonly Graph[];
  readonly dataset: Pick<Dataset, "train">;
  readonly recipe: Pick<Recipe, "batch">;
  /** Trainings in all. */
  readonly runs: number;
  /** Threads that the engines share. */
  readonly threads: number;
}

/** The maps of all trainings side by side take at most so many bytes. */
const ROOM = 2 ** 30;

/**
 * How many trainings run side by side where nobody chose: as many as there are threads and runs, while the maps of
 * their steps take little memory: a small network keeps one thread busier than two. Image files are decoded by threads
 * beside the engine, which one training feeds on.
 */
export function usualJobs({ graphs, dataset, recipe: { batch }, runs, threads }: JobsToChoose): number {
  if (isFileSplit(dataset.train)) return 1;
  const fit = Math.floor(ROOM / (batch * Math.max(...graphs.map(mapBytes))));
  return Math.max(1, Math.min(threads, runs, fit));
}

/** The bytes of all maps of a forward pass over one image, which a training step keeps for its way back. */
function mapBytes(graph: Graph): number {
  return profile(graph).nodes.reduce((sum, { elements }) => sum + 4 * elements, 0);
}
