import { nearest, UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { ShapeError } from "../graph/shape.js";
import { bnInceptions } from "./bn-inception.js";
import { cifarPreResNets } from "./cifar-preresnet.js";
import { cifarResNets } from "./cifar-resnet.js";
import { cifarShakeShakes } from "./cifar-shake-shake.js";
import { efficientNets } from "./efficientnet.js";
import { inceptionResNetV2s } from "./inception-resnet-v2.js";
import { inceptionV3s } from "./inception-v3.js";
import { legacyResNets } from "./legacy-resnet.js";
import { mobileNetV1s } from "./mobilenet-v1.js";
import { mobileNetV3s } from "./mobilenet-v3.js";
import type {
  Attention,
  BuildOptions,
  InputSize,
  ModelEntry,
  ModelFamily,
  ModelOptions,
  ModelSwitches,
} from "./model.js";
import { regNets } from "./regnet.js";
import { resNets } from "./resnet.js";
import { resNeXts } from "./resnext.js";
import { senets } from "./senet154.js";
import { shuffleNetV1s } from "./shufflenet-v1.js";
import { vggs } from "./vgg.js";

export type { Attention, ModelOptions } from "./model.js";

/** Every network by its published name. */
export const models: ModelFamily = {
  ...resNets,
  ...legacyResNets,
  ...resNeXts,
  ...senets,
  ...vggs,
  ...bnInceptions,
  ...inceptionV3s,
  ...inceptionResNetV2s,
  ...mobileNetV1s,
  ...shuffleNetV1s,
  ...mobileNetV3s,
  ...efficientNets,
  ...regNets,
  ...cifarResNets,
  ...cifarPreResNets,
  ...cifarShakeShakes,
};

/**
 * Builds a network by its published name; its parameters have their published names too.
 * @param name such as `seresnet20`.
 * @returns a graph from `x` [N, C, H, W] to `logits` [N, classes].
 * @throws UserError when the name is unknown or an option is impossible.
 */
export function createModel(name: string, options: ModelOptions = {}): Graph {
  const entry = modelEntry(name);
  const { classes = entry.classes, input = entry.input, dropout = entry.dropout ?? 0 } = options;
  if (!Number.isInteger(classes) || classes < 1) {
    throw new UserError(`createModel: got ${classes} classes; expected a whole number of at least 1`);
  }
  if (input.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new UserError(
      `createModel: got input ${input.join("x")}; expected channels x height x width such as 3x32x32`,
    );
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new UserError(`createModel: got dropout ${dropout}; expected a share from 0 to below 1 such as 0.2`);
  }
  const attention = attentionOf(name, entry, options.attention);
  const resolved = { name, classes, input, attention, dropout, ...switchesOf(name, entry, options) };
  return buildOrExplain(entry, resolved);
}

/** The row of a network. @throws UserError when the name is unknown, with the nearest known one. */
export function modelEntry(name: string): ModelEntry {
  if (Object.hasOwn(models, name)) return models[name]!;
  const near = nearest(name, Object.keys(models));
  throw new UserError(
    `unknown model "${name}"; expected a name that senet models lists${near ? `; did you mean "${near}"?` : ""}`,
  );
}

/** The attention asked for, with the network's own SE options where some are left out. */
function attentionOf(name: string, entry: ModelEntry, given?: Attention): Attention {
  const asked: Attention = given ?? { kind: entry.attention };
  if (asked.kind === "none") return asked;
  const attention: Attention = asked.kind === "se" ? { ...entry.se, ...asked } : asked;
  const [first, last] = entry.stages;
  const outside = attention.stages?.filter((stage) => !(stage >= first && stage <= last)) ?? [];
  if (outside.length > 0 || attention.stages?.length === 0) {
    throw new UserError(
      `${name}: got attention in stages ${attention.stages?.join(", ") || "(none)"}; expected some of ${first} to ${last}`,
    );
  }
  // A selective kernel is a 3×3 convolution: it takes the place of the one there is.
  const placement =
    attention.placement ?? (attention.kind === "sk" && entry.placements.includes("3x3") ? "3x3" : "standard");
  if (!entry.placements.includes(placement)) {
    throw new UserError(`${name}: got attention at "${placement}"; expected one of ${entry.placements.join(", ")}`);
  }
  return placement === "standard" ? attention : { ...attention, placement };
}

const switchNames = ["shortcut", "convBias", "aux"] as const satisfies readonly (keyof ModelSwitches)[];
const off: Required<ModelSwitches> = { shortcut: "projection", convBias: false, aux: false };

/** What may be said of a network that does not have the switch, as it is so anyway. */
const harmless: ModelSwitches = { shortcut: "projection", aux: false };

/** The switches asked for. @throws UserError when the network does not have one that is set. */
function switchesOf(name: string, { switches = {} }: ModelEntry, options: ModelOptions): Required<ModelSwitches> {
  const known = Object.keys(switches);
  for (const key of switchNames) {
    if (options[key] !== undefined && options[key] !== harmless[key] && !known.includes(key)) {
      throw new UserError(
        `${name}: got ${key} ${options[key]}; expected ${known.length === 0 ? "no such option" : `no other than ${known.join(", ")}`}`,
      );
    }
  }
  const given = Object.fromEntries(
    known.flatMap((key) => {
      const value = options[key as keyof ModelSwitches];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  return { ...off, ...switches, ...given };
}

/** Builds the network; an input that is too small for it becomes a message that says what is not. */
function buildOrExplain(entry: ModelEntry, options: BuildOptions): Graph {
  try {
    return entry.build(options);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const smallest = smallestInput(entry, options);
    if (smallest === undefined) throw error;
    throw new UserError(
      `${options.name}: got input ${options.input.join("x")}; expected ${smallest.join("x")} or more`,
    );
  }
}

/** The smallest square input that the network can be built for; undefined when not even its usual one will do. */
function smallestInput(entry: ModelEntry, options: BuildOptions): InputSize | undefined {
  const sized = (size: number): InputSize => [options.input[0], size, size];
  const builds = (size: number) => {
    try {
      entry.build({ ...options, input: sized(size) });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, entry.input[1]];
  if (!builds(high)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (builds(middle)) high = middle;
    else low = middle;
  }
  return sized(high);
}
