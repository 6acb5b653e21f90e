import { timmFraming } from "../../data/centre-crop.js";
import { imageNetStatistics } from "../../data/imagenet-statistics.js";
import type { CropMode, Preprocessing } from "../../data/preprocessing.js";
import { statisticsFor } from "../../data/statistics-for.js";
import { modelEntry } from "../index.js";
import type { InputSize } from "../model.js";

/** How the published weights of a network take photos, where it is not {@link usual}. */
interface Published extends Partial<Pick<Preprocessing, "interpolation" | "rounding" | "mean" | "std">> {
  /** The share of the resized photo's short side that the input keeps. */
  readonly cropPct?: number;
  /** Another size that they were evaluated with, and its share. */
  readonly tested?: { readonly size: number; readonly cropPct: number };
}

/** As torchvision and the older weights of timm; mean and std are those of ImageNet's training images. */
const usual = {
  cropPct: 0.875,
  interpolation: "bilinear",
  ...imageNetStatistics,
} as const satisfies Published;

const bicubic: Published = { interpolation: "bicubic" };
const recent: Published = { cropPct: 0.95, interpolation: "bicubic", tested: { size: 288, cropPct: 1 } };
const larger: Published = { ...bicubic, tested: { size: 288, cropPct: 0.95 } };
/** Inputs from −1 to 1. */
const centred = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
/** Photos as small as the input. */
const whole: Published = { cropPct: 1 };

/** Source: `pretrained_cfg` of the default weights that timm 0.9.16 has under each name. */
const byName: Readonly<Record<string, Published>> = {
  resnet18: recent,
  resnet34: recent,
  resnet50: recent,
  resnet101: recent,
  resnet152: recent,
  resnext50_32x4d: recent,
  resnext101_64x4d: recent,
  seresnet18: larger,
  seresnet34: larger,
  seresnet50: recent,
  seresnet101: larger,
  seresnet152: larger,
  seresnext50_32x4d: larger,
  seresnext101_32x4d: bicubic,
  seresnext101_64x4d: bicubic,
  senet154: bicubic,
  legacy_seresnet18: bicubic,
  legacy_seresnext26_32x4d: bicubic,
  inception_v3: { ...bicubic, ...centred },
  inception_resnet_v2: { ...bicubic, ...centred, cropPct: 0.8975 },
  mobilenetv3_small_100: bicubic,
  mobilenetv3_large_100: bicubic,
  // The weights are those of Keras. The logits that they are held against were made by hand in this way; timm says
  // bilinear, with torchvision's rounding.
  tf_mobilenetv3_small_100: { ...bicubic, ...centred, rounding: "nearest" },
  efficientnet_b0: bicubic,
  regnety_002: bicubic,
  regnety_004: { ...bicubic, cropPct: 0.965 },
  regnety_006: bicubic,
  regnety_008: bicubic,
  regnety_016: { ...bicubic, cropPct: 0.965 },
  regnety_032: recent,
};

/** What networks for CIFAR take are the images themselves. */
const smallestPhoto = 64;

/**
 * How photos are prepared for a network of the zoo with its published weights. For grey inputs mean and std are those
 * of the colours together, as in timm.
 * @param input another size than the network's own.
 * @param cropMode what becomes of photos of another shape: their middle is cut out unless told otherwise.
 * @throws UserError when the name is unknown.
 * @example
 * ```ts
 * import { publishedPreprocessing } from "senet";
 *
 * const { resize, height, interpolation } = publishedPreprocessing("seresnet50");
 * console.log(resize, height, interpolation); // 235 224 bicubic
 * ```
 */
export function publishedPreprocessing(
  name: string,
  input: InputSize = modelEntry(name).input,
  cropMode?: CropMode,
): Preprocessing {
  const [channels, height, width] = input;
  const own = byName[name] ?? (Math.max(height, width) < smallestPhoto ? whole : {});
  const { cropPct: share, tested, interpolation, ...how } = { ...usual, ...own };
  const cropPct = tested?.size === height && tested.size === width ? tested.cropPct : (share ?? usual.cropPct);
  const framing = timmFraming({ height, width }, { cropPct, cropMode, interpolation });
  return { ...framing, ...how, ...statisticsFor(how, channels) };
}
