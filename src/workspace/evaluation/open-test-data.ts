import type { Dataset } from "../../data/dataset.js";
import { datasetName, type OpenOptions } from "../../data/node/open.js";
import { UserError } from "../../errors.js";
import type { ClassifierModel } from "../classifier/find-classifier.js";

/** How test images are opened. */
export interface TestDataOptions
  extends Pick<OpenOptions, "holdout" | "splitSeed" | "onBadImage" | "workers" | "trainLimit" | "testLimit"> {
  /** Whether training images are wanted too: what is tested on is then held out of them. */
  readonly train?: boolean | undefined;
}

/**
 * Opens a dataset as a model takes it: image files prepared as it says, labels in the order of its logits. Image files
 * without a test split are all tested on, or as in training where the model was trained on them.
 * @param name what errors call the model.
 * @throws UserError when images or classes do not fit.
 * @example
 * ```ts
 * import { findClassifier, openTestData } from "senet/node";
 *
 * const { test } = await openTestData("glyphs", "model.onnx", await findClassifier("model.onnx"), { testLimit: 32 });
 * console.log(test.length); // 32
 * ```
 */
export async function openTestData(
  spec: string,
  name: string,
  { card, preprocessing, classes }: ClassifierModel,
  { train = false, ...options }: TestDataOptions = {},
): Promise<Dataset> {
  const { openDataset } = await import("../../data/node/open.js");
  const trainedOn = card?.provenance.data;
  const dataset = await openDataset(spec, {
    ...options,
    preprocessing,
    classes,
    testOnly: !train,
    holdout: options.holdout ?? (train || trainedOn === datasetName(spec) ? undefined : 1),
  });
  const takes = [preprocessing.mean.length, preprocessing.height, preprocessing.width].join("x");
  const sizes = [dataset.channels, dataset.height, dataset.width].join("x");
  const { channels } = dataset;
  if (channels !== preprocessing.mean.length && classes.length === dataset.classes.length) {
    throw new UserError(
      `${name}: it takes images ${takes}; got ${dataset.name} with ${sizes}; ask it for ${channels}`,
      {
        option: "channels",
      },
    );
  }
  if (takes !== sizes || classes.length !== dataset.classes.length) {
    throw new UserError(
      `${name}: it takes images ${takes} of ${classes.length} classes; ` +
        `got ${dataset.name} with ${sizes} and ${dataset.classes.length}; give the data it was trained for`,
    );
  }
  // The model's own mean and std, not the dataset's: they are part of it.
  return { ...dataset, ...preprocessing };
}
