import * as z from "zod/mini";
import { resamplings } from "../../data/augment/resampling.js";
import { timmFraming } from "../../data/centre-crop.js";
import { imageNetStatistics } from "../../data/imagenet-statistics.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { type CropMode, cropModes } from "../../data/preprocessing.js";
import { quoted, UserError } from "../../errors.js";
import { readAs } from "../../schema.js";

/** What a repository with a timm model says about it in its `config.json`. */
export interface TimmConfig {
  /** timm's name of the network, without a tag: `seresnet50`. */
  readonly architecture: string;
  readonly classes: number;
  /** What the classes are called; undefined where the file does not say. */
  readonly labels: readonly string[] | undefined;
  /** Channels, height and width of the images it was trained for. */
  readonly input: readonly [channels: number, height: number, width: number];
  /** Those it is best tested with, where they are others. */
  readonly testInput: readonly [channels: number, height: number, width: number] | undefined;
  readonly license: string | undefined;
  /**
   * How an image of the size asked for is made, `input` by default, cropped as the file says by default.
   * @throws UserError when we cannot make it so.
   */
  preprocessing(size?: readonly [height: number, width: number], cropMode?: CropMode): Preprocessing;
}

const pixels = z.int().check(z.minimum(1), z.maximum(8192));
const size = z.readonly(z.tuple([z.int().check(z.minimum(1), z.maximum(16)), pixels, pixels]));
const share = z.number().check(z.gt(0.01), z.maximum(8)); // above 1, an image is padded
const perChannel = z.array(z.number()).check(z.minLength(1), z.maxLength(16));
const deviations = z.array(z.number().check(z.positive())).check(z.minLength(1), z.maxLength(16));

/** Names that are printed: nothing in them moves a terminal's cursor. */
const printed = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .slice(0, 1000)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      .trim(),
  ),
);
const names = z.nullish(z.union([z.array(printed), z.record(z.string(), printed)]));
const descriptions = z.nullish(z.record(z.string(), printed));

/** timm writes null for what is not there in some fields, and leaves others out. */
const pretrained = z.object({
  input_size: z.nullish(size),
  test_input_size: z.nullish(size),
  crop_pct: z.nullish(share),
  test_crop_pct: z.nullish(share),
  crop_mode: z.nullish(z.string()),
  interpolation: z.nullish(z.string()),
  mean: z.nullish(perChannel),
  std: z.nullish(deviations),
  num_classes: z.nullish(z.int()),
  label_offset: z.nullish(z.int()),
  label_names: names,
  label_descriptions: descriptions,
  license: z.nullish(printed),
});

const config = z.object({
  architecture: z.string(),
  num_classes: z.nullish(z.int()),
  global_pool: z.nullish(z.string()),
  label_names: names,
  label_descriptions: descriptions,
  model_args: z.nullish(z.record(z.string(), z.unknown())),
  pretrained_cfg: pretrained,
});

/** More classes than any published classifier has. */
const MOST_CLASSES = 1_000_000;

/**
 * Reads the `config.json` of a timm repository; what it leaves out is timm's default.
 * Source: timm 0.9, `models/_hub.py` (`load_model_config_from_hf`) and `data/config.py` (`resolve_data_config`).
 * @param source what messages call the file.
 * @throws UserError when it is no such file, or its network is built with arguments of its own.
 * @example
 * ```ts
 * import { parseTimmConfig } from "senet/weights";
 *
 * const pretrained_cfg = { input_size: [3, 224, 224], crop_pct: 0.95 };
 * const text = JSON.stringify({ architecture: "seresnet50", pretrained_cfg });
 * console.log(parseTimmConfig(text, "config.json").preprocessing().resize); // 235
 * ```
 */
export function parseTimmConfig(text: string, source: string): TimmConfig {
  const { architecture, model_args, global_pool, pretrained_cfg: cfg, ...top } = fieldsOf(text, source);
  const refuse = (what: string, expected: string) =>
    new UserError(`${source}: got ${what}; expected ${expected}: this network is none that senet knows`);
  const ownArguments = Object.keys(model_args ?? {});
  if (ownArguments.length > 0) throw refuse(`model_args ${quoted(ownArguments.join(", "))}`, "a network as published");
  if (global_pool && global_pool !== "avg") throw refuse(`global_pool ${quoted(global_pool)}`, "avg");
  if (cfg.label_offset) throw refuse(`label_offset ${cfg.label_offset}`, "classes that start at 0");
  const classes = top.num_classes ?? cfg.num_classes ?? 1000;
  if (classes < 1 || classes > MOST_CLASSES) throw refuse(`${classes} classes`, "a classifier");
  const input = cfg.input_size ?? ([3, 224, 224] as const);
  return {
    architecture: /^\w+(\.[\w-]+)?$/.test(architecture) ? architecture.split(".")[0]! : architecture,
    classes,
    labels: labelsOf(
      classes,
      top.label_names ?? cfg.label_names,
      top.label_descriptions ?? cfg.label_descriptions ?? {},
    ),
    input,
    testInput: cfg.test_input_size ?? undefined,
    license: cfg.license ?? undefined,
    preprocessing: (asked = [input[1], input[2]], mode) =>
      preprocessingOf(mode ? { ...cfg, crop_mode: mode } : cfg, asked, input[0], source),
  };
}

function fieldsOf(text: string, source: string): z.infer<typeof config> {
  const wrong = (why: string) => new UserError(`${source}: ${why}; expected the config.json of a timm model`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong("got no JSON");
  }
  const found = z.record(z.string(), z.unknown()).safeParse(json).data;
  if (found === undefined) throw wrong("got no JSON object");
  if (found.architecture === undefined) {
    const of = found.model_type ?? found._class_name;
    throw wrong(typeof of === "string" ? `got a model of type "${quoted(of)}"` : "got no architecture");
  }
  // The oldest repositories have the fields of pretrained_cfg beside the architecture, and call the labels so.
  const all = found.pretrained_cfg === undefined ? { ...found, pretrained_cfg: oldForm(found) } : found;
  const parsed = readAs(config, all);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw wrong(`${quoted(path.join("."))}: ${message.toLowerCase()}`);
}

function oldForm(fields: Readonly<Record<string, unknown>>): unknown {
  return { ...fields, label_names: fields.label_names ?? fields.labels };
}

function labelsOf(
  classes: number,
  names: z.infer<typeof config>["label_names"],
  descriptions: Readonly<Record<string, string>>,
): string[] | undefined {
  if (!names || Object.keys(names).length === 0) return undefined;
  const byIndex = names as Readonly<Record<string, string>>; // a list, or an object where some have no name
  return Array.from({ length: classes }, (_, i) => {
    const name = Object.hasOwn(byIndex, i) ? byIndex[i]! : String(i);
    return Object.hasOwn(descriptions, name) ? descriptions[name]! : name;
  });
}

function preprocessingOf(
  cfg: z.infer<typeof pretrained>,
  [height, width]: readonly [number, number],
  channels: number,
  source: string,
): Preprocessing {
  const interpolation = resamplings.find((name) => name === (cfg.interpolation || "bicubic"));
  if (interpolation === undefined) {
    throw new UserError(
      `${source}: got interpolation ${quoted(cfg.interpolation!)}; expected ${resamplings.join(", ")}`,
    );
  }
  const cropMode = cropModes.find((name) => name === (cfg.crop_mode || "center"));
  if (cropMode === undefined) {
    throw new UserError(`${source}: got crop_mode ${quoted(cfg.crop_mode!)}; expected ${cropModes.join(", ")}`);
  }
  const tested = cfg.test_input_size?.[1] === height && cfg.test_input_size[2] === width;
  const trained = cfg.input_size?.[1] === height && cfg.input_size[2] === width;
  const cropPct = (tested && !trained && cfg.test_crop_pct) || cfg.crop_pct || 0.875;
  return {
    ...timmFraming({ height, width }, { cropPct, cropMode, interpolation }),
    // ImageNet's are what timm takes where nothing else is said.
    mean: ofChannels(cfg.mean ?? imageNetStatistics.mean, channels, source),
    std: ofChannels(cfg.std ?? imageNetStatistics.std, channels, source),
  };
}

/** One number serves every channel. */
function ofChannels(numbers: readonly number[], channels: number, source: string): readonly number[] {
  if (numbers.length === channels) return numbers;
  if (numbers.length === 1) return Array.from({ length: channels }, () => numbers[0]!);
  throw new UserError(`${source}: got mean or std of ${numbers.length} channels; expected ${channels}`);
}
