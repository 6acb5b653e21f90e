import { Option } from "commander";
import { UserError } from "../../errors.js";
import type { ParameterGroup } from "../../step/parameter-groups.js";
import type { Recipe } from "../../train/recipe.js";
import { above0, boundOf, type Field, from0Below1, isFloat32 } from "../../train/recipe-field.js";
import { recipeFields } from "../../train/recipe-fields.js";
import { numbersOf, pairOf } from "./number-list.js";
import { number } from "./number-option.js";

/** What commander makes of the flags of {@link oddFlags}. */
export interface OddFlags {
  readonly opt?: string;
  readonly optEps?: number;
  readonly optBetas?: string;
  readonly gradAccumSteps?: number;
  readonly nesterov?: boolean;
  readonly milestones?: readonly number[];
  readonly clipGrad?: number;
  readonly clipMode?: "norm" | "value" | "agc";
  readonly bceLoss?: true;
  readonly bceTargetThresh?: number;
  readonly modelEma?: true;
  readonly modelEmaDecay?: number;
  readonly modelEmaWarmup?: boolean;
  readonly train?: keyof typeof learning;
  readonly freeze?: readonly string[];
  readonly freezeBn?: boolean | readonly string[];
  readonly lrGroup?: readonly ParameterGroup[];
  readonly decayGroup?: readonly ParameterGroup[];
  readonly keepUnused?: true;
}

/** The flags of a field that are not one flag of its name, with a value and its sentence. */
interface Odd<T> {
  /** One flag after all where it is left out. */
  readonly options?: () => Option[];
  readonly read: (flags: OddFlags) => T | undefined;
}

/** What `--train` lets learn. */
const learning = { gates: ["@gates"], head: ["@head"], "gates+head": ["@gates", "@head"], all: ["*"] } as const;

const { betas, clip, ema, learn, frozenBatchNorm, milestones, nesterov } = recipeFields;

/** The fields of a recipe whose flags have other names, forms or numbers. */
export const oddFlags = {
  milestones: {
    options: () => [
      new Option("--milestones <e1,e2>", described(milestones)).argParser((text) =>
        numbersOf("--milestones", text, "numbers with commas between them"),
      ),
    ],
    read: (flags) => flags.milestones,
  },
  optimizer: { read: ({ opt }) => opt },
  nesterov: {
    options: () => [
      new Option("--nesterov", `${nesterov.help} (default with sgd)`),
      new Option("--no-nesterov", "use plain momentum"),
    ],
    read: (flags) => flags.nesterov,
  },
  betas: {
    options: () => [new Option("--opt-betas <b1,b2>", described(betas))],
    read: ({ optBetas }) => (optBetas === undefined ? undefined : pairOf("--opt-betas", optBetas, "0.9,0.999")),
  },
  eps: { read: ({ optEps }) => optEps },
  accumulate: { read: ({ gradAccumSteps }) => gradAccumSteps },
  clip: {
    options: () => [
      number("--clip-grad <limit>", described(clip), boundOf(above0)),
      new Option(
        "--clip-mode <mode>",
        "what --clip-grad limits: the norm of all gradients, each value, or with agc the norm of each unit's beside that of its weights, the head's left alone (default: norm)",
      ).choices(["norm", "value", "agc"]),
    ],
    read: ({ clipGrad: limit, clipMode: mode = "norm" }) => {
      if (limit === undefined) return undefined;
      if (mode === "norm") return { norm: limit };
      return mode === "value" ? { value: limit } : { agc: limit, exclude: "@head" };
    },
  },
  loss: {
    options: () => [
      new Option("--bce-loss", "learn by the binary cross-entropy of every class, in place of softmax cross-entropy"),
    ],
    read: ({ bceLoss }) => bceLoss && "bce",
  },
  bceTargetThreshold: {
    options: () => [
      number(
        "--bce-target-thresh <t>",
        "threshold above which a target of --bce-loss is 1, and else 0 (default: targets stay)",
        boundOf(recipeFields.bceTargetThreshold.range),
      ),
    ],
    read: ({ bceTargetThresh }) => bceTargetThresh,
  },
  ema: {
    options: () => [
      new Option("--model-ema", described(ema)),
      number("--model-ema-decay <d>", "share of the average that a step keeps (default: 0.9999)", boundOf(from0Below1)),
      new Option(
        "--model-ema-warmup",
        "keep less of the average in the first steps, so that it soon forgets the initial weights (default with --model-ema)",
      ),
      new Option(
        "--no-model-ema-warmup",
        "keep as much of the average from the first step on, as timm does by default",
      ),
    ],
    read: ({ modelEma, modelEmaDecay: decay = 0.9999, modelEmaWarmup: warmup = true }) =>
      modelEma && { decay, ...(warmup && { warmup }) },
  },
  learn: {
    options: () => [
      new Option(
        "--train <what>",
        `${learn.help}: the attention gates, the last layer, both, or all (default: ${learn.unsaid})`,
      ).choices(Object.keys(learning)),
      new Option(
        "--freeze <patterns...>",
        'patterns of weights that do not learn, such as "layer1.*", "/^conv1/", @gates or @head',
      ),
    ],
    read: ({ train }) => train && learning[train],
  },
  frozenBatchNorm: {
    options: () => [
      new Option(
        "--freeze-bn [patterns...]",
        `${frozenBatchNorm.help} (default: those whose weights --train leaves out; all where no pattern is given)`,
      ),
      new Option(
        "--no-freeze-bn",
        "use each batch's statistics in all batch norms, also in those that --train leaves out",
      ),
    ],
    read: ({ freezeBn }) => freezeBn,
  },
  groups: {
    options: () => [
      patterned(
        "--lr-group <pattern=f>",
        "factor of the learning rate for weights that a pattern fits; may be repeated",
        "lrScale",
      ),
      patterned(
        "--decay-group <pattern=w>",
        "weight decay of weights that a pattern fits; may be repeated",
        "weightDecay",
      ),
    ],
    read: ({ lrGroup = [], decayGroup = [], freeze }) => {
      const groups = [...lrGroup, ...decayGroup, ...(freeze ? [{ match: freeze, freeze: true }] : [])];
      return groups.length > 0 ? groups : undefined;
    },
  },
  unused: {
    options: () => [
      new Option("--keep-unused", "keep weights that the loss does not depend on as they are, in place of an error"),
    ],
    read: ({ keepUnused }) => keepUnused && "keep",
  },
} satisfies { readonly [K in keyof Recipe]?: Odd<Recipe[K]> };

/** The sentence of a field with what holds where it is left out. */
export function described(field: Pick<Field<unknown>, "help" | "default" | "unsaid">): string {
  const usual = field.unsaid ?? field.default;
  return usual === undefined ? field.help : `${field.help} (default: ${usual})`;
}

function patterned(flags: string, description: string, field: "lrScale" | "weightDecay"): Option {
  const name = flags.split(" ")[0]!;
  return new Option(flags, description).argParser((text: string, before: readonly ParameterGroup[] = []) => {
    const at = text.lastIndexOf("=");
    const value = at > 0 && at < text.length - 1 ? Number(text.slice(at + 1)) : Number.NaN;
    if (!(value >= 0 && isFloat32(value)))
      throw new UserError(`${name}: got "${text}"; expected a pattern and a number: "layer1.*=0.1"`);
    return [...before, { match: text.slice(0, at), [field]: value }];
  });
}
