import { Option } from "commander";
import { bounds } from "../../bounds.js";
import type { ImageSize } from "../../data/image-size.js";
import type { FindClassifierOptions } from "../../workspace/classifier/find-classifier.js";
import type { ModelQuery } from "../../workspace/model/model-query.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { colours } from "./data-options.js";
import { attentionOption, type NetworkFlags, networkOf, shortcutHelp } from "./model-options.js";
import { number } from "./number-option.js";
import { changesOf, type PreprocessingFlags, preprocessingOptions } from "./preprocessing-options.js";
import { sizeOption } from "./size-option.js";
import { type TakingFlags, takingOf, takingOptions } from "./weights-options.js";

/** What says which classifier, as commander parsed it. */
export interface ClassifierFlags extends NetworkFlags, PreprocessingFlags, TakingFlags {
  readonly model: string;
  readonly weights?: string;
  readonly size?: ImageSize;
  readonly channels?: 1 | 3;
  readonly labels?: string;
  readonly answer?: string;
}

/** The flags of `ClassifierFlags` but for `--model`, which commands require. */
export function classifierOptions(): Option[] {
  return [
    new Option("--weights <weights>", `weights for a network by name: ${weightsSources}`),
    ...takingOptions(),
    new Option("--labels <file>", "names of the classes, one a line, or JSON (default: the model's, or ImageNet's)"),
    new Option(
      "--answer <name>",
      "the output that is the answer, where a file has several (default: found by its form)",
    ),
    sizeOption("height and width of the model's input", "the model's own"),
    number(
      "--channels <n>",
      "channels of the model's input: 3 for colour, 1 for grey (default: the model's own)",
      colours,
    ),
    number("--classes <n>", "number of classes of a network by name (default: its own)", bounds.classes),
    attentionOption(),
    new Option("--shortcut <kind>", shortcutHelp).choices(["projection", "A"]),
    ...preprocessingOptions(),
  ];
}

/** `--model` of commands that classify. */
export const classifierModel = ["--model <model>", modelSources] as const satisfies readonly string[];

/** The classifier that the flags name, and what they change of it. @throws UserError when a flag does not parse. */
export function classifierOf(flags: ClassifierFlags): { query: ModelQuery; options: FindClassifierOptions } {
  const { model, weights, size, channels, labels, answer: output } = flags;
  return {
    query: { model, weights, taking: takingOf(flags, weights), network: networkOf(flags) },
    options: { size, channels, labels, output, preprocessing: changesOf(flags) },
  };
}
