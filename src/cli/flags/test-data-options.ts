import type { Option } from "commander";
import { bounds, shareAbove0 } from "../../bounds.js";
import type { TestDataOptions } from "../../workspace/evaluation/open-test-data.js";
import { type DataFlags, dataOptions } from "./data-options.js";
import { number } from "./number-option.js";

/** What says which images a model is tested on, as commander parsed it. */
export type TestDataFlags = Pick<DataFlags, "holdout" | "splitSeed" | "onBadImage" | "dataWorkers" | "testLimit">;

/** The flags of datasets that do not say how photos are prepared: that is the model's to say. */
const shared = ["splitSeed", "onBadImage", "dataWorkers"];

/** The flags of `TestDataFlags`. */
export function testDataOptions(): Option[] {
  const holdout = number(
    "--holdout <share>",
    "share of each class to test on where image files have no test split (default: all; of what the model was trained on, 0.1)",
    shareAbove0,
  );
  const limit = number(
    "--test-limit <n>",
    "number of test images to use: the first, of image files evenly spread ones (default: all)",
    bounds.images,
  );
  return [holdout, ...dataOptions().filter((option) => shared.includes(option.attributeName())), limit];
}

/** How the flags ask for test images to be opened. */
export function testDataOf(flags: TestDataFlags): TestDataOptions {
  const { holdout, splitSeed, onBadImage, dataWorkers: workers, testLimit } = flags;
  return { holdout, splitSeed, onBadImage, testLimit, workers };
}
