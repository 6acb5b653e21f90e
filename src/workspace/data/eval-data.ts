import { basename } from "node:path";
import type { DataFlags } from "../../cli/flags/data-options.js";
import type { Dataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Classifier } from "../classifier/open-classifier.js";

/** What says which images a model is tested on. */
export interface TestFlags
  extends Pick<DataFlags, "holdout" | "splitSeed" | "onBadImage" | "dataWorkers" | "testLimit"> {
  readonly model: string;
  readonly data: string;
}

/**
 * The dataset of `--data` as the model takes it: image files prepared as it says, labels in the order of its logits.
 * Image files without a test split are all tested on, or as in training where the model was trained on them.
 * @throws UserError when images or classes do not fit.
 */
export async function openTestData(flags: TestFlags, { graph, preprocessing, classes }: Classifier): Promise<Dataset> {
  const { openDataset } = await import("../../data/node/open.js");
  const { hasCard, readCard } = await import("../../models/card/model-card.js");
  const path = flags.data.slice(flags.data.indexOf(":") + 1);
  const trainedOn = hasCard(graph) ? readCard(graph).provenance.data : undefined;
  const dataset = await openDataset(flags.data, {
    preprocessing,
    classes,
    testOnly: true,
    holdout: flags.holdout ?? (trainedOn === basename(path.split(",")[0]!) ? undefined : 1),
    splitSeed: flags.splitSeed,
    onBadImage: flags.onBadImage,
    workers: flags.dataWorkers,
    testLimit: flags.testLimit,
  });
  const takes = [preprocessing.mean.length, preprocessing.height, preprocessing.width].join("x");
  const sizes = [dataset.channels, dataset.height, dataset.width].join("x");
  if (takes !== sizes || classes.length !== dataset.classes.length) {
    throw new UserError(
      `${flags.model}: it takes images ${takes} of ${classes.length} classes; ` +
        `got ${dataset.name} with ${sizes} and ${dataset.classes.length}; give the data it was trained for`,
    );
  }
  // The model's own mean and std, not the dataset's: they are part of it.
  return { ...dataset, ...preprocessing };
}
