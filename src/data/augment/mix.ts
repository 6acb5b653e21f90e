import { valueError } from "../../errors.js";
import { Random } from "../../random.js";
import type { Batch } from "../batch.js";
import type { Geometry } from "../image-set.js";
import { beta } from "./gamma.js";

/**
 * How the images of a batch are mixed with each other; the loss takes both labels of each.
 * Source: timm `Mixup` in batch mode; Zhang et al., arXiv:1710.09412; Yun et al., arXiv:1905.04899.
 */
export interface Mix {
  /** The α of the Beta distribution of the weights of mixup; 0, the default, for no mixup. */
  readonly mixup?: number | undefined;
  /** The same of CutMix. */
  readonly cutmix?: number | undefined;
  /** The probability that a batch is mixed (1 by default). */
  readonly probability?: number | undefined;
  /** The probability of CutMix where both are on (0.5 by default). */
  readonly switchProbability?: number | undefined;
}

/** @throws UserError for the first value that is out of range. */
export function checkMix({ mixup = 0, cutmix = 0, probability = 1, switchProbability = 0.5 }: Mix): void {
  const check = (holds: boolean, name: string, value: number, expected: string) => {
    if (!holds) throw valueError("batches", name, value, expected, `mix.${name}`);
  };
  check(mixup >= 0, "mixup", mixup, "a number from 0");
  check(cutmix >= 0, "cutmix", cutmix, "a number from 0");
  check(probability >= 0 && probability <= 1, "probability", probability, "0 to 1");
  check(switchProbability >= 0 && switchProbability <= 1, "switchProbability", switchProbability, "0 to 1");
}

/**
 * Mixes every image of a batch with its counterpart from the other end, all with one weight: by mixup as a weighted
 * sum, by CutMix as a rectangle pasted in. Writes into `batch.x`.
 * The result always has `y2` and `mix`, also where nothing was mixed (weight 1), so that every batch feeds the same
 * step.
 * Source: timm `Mixup`, batch mode, with the weight of CutMix corrected to the area that is pasted.
 */
export function mixBatch(batch: Batch, geometry: Geometry, random: Random, how: Mix): Batch {
  const { x, y, size } = batch;
  const { probability = 1 } = how;
  const weight = random.float() < probability ? mixImages(x, size, geometry, random, how) : 1;
  return { ...batch, y2: y.toReversed(), mix: new Float32Array(size).fill(weight) };
}

function mixImages(x: Float32Array, size: number, geometry: Geometry, random: Random, how: Mix): number {
  const { mixup = 0, cutmix = 0, switchProbability = 0.5 } = how;
  const both = mixup > 0 && cutmix > 0;
  const cut = both ? random.float() < switchProbability : cutmix > 0;
  const alpha = cut ? cutmix : mixup;
  if (alpha === 0) return 1;
  const weight = beta(random, alpha, alpha);
  if (!cut) {
    blendPairs(x, size, weight);
    return Math.fround(weight);
  }
  const box = cutBox(geometry, random, weight);
  swapBox(x, size, geometry, box);
  return Math.fround(1 - ((box.bottom - box.top) * (box.right - box.left)) / (geometry.height * geometry.width));
}

/** What decides how the batches of a pass are mixed. */
interface MixedPass {
  readonly seed?: number | undefined;
  readonly epoch?: number | undefined;
  readonly mix?: Mix | undefined;
}

/** The `b`-th batch of a pass, mixed where the pass says so; what is drawn depends on seed, epoch and `b` alone. */
export function mixed(batch: Batch, b: number, geometry: Geometry, { seed = 0, epoch = 0, mix }: MixedPass): Batch {
  return mix ? mixBatch(batch, geometry, new Random(seed, "mix", epoch, b), mix) : batch;
}

/** x·weight + reversed·(1 − weight), in place. */
function blendPairs(x: Float32Array, size: number, weight: number): void {
  const length = x.length / size;
  for (let n = 0; n < size >> 1; n++) {
    const [a, b] = [n * length, (size - 1 - n) * length];
    for (let i = 0; i < length; i++) {
      const [first, second] = [x[a + i]!, x[b + i]!];
      x[a + i] = first * weight + second * (1 - weight);
      x[b + i] = second * weight + first * (1 - weight);
    }
  }
}

interface CutBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A rectangle of 1 − weight of the area around a random point, cut off at the border. Source: timm `rand_bbox`. */
function cutBox({ height, width }: Geometry, random: Random, weight: number): CutBox {
  const side = Math.sqrt(1 - weight);
  const [halfHeight, halfWidth] = [Math.trunc(height * side) >> 1, Math.trunc(width * side) >> 1];
  const [y, x] = [random.below(height), random.below(width)];
  return {
    top: Math.max(0, y - halfHeight),
    bottom: Math.min(height, y + halfHeight),
    left: Math.max(0, x - halfWidth),
    right: Math.min(width, x + halfWidth),
  };
}

function swapBox(x: Float32Array, size: number, { channels, height, width }: Geometry, box: CutBox): void {
  const length = x.length / size;
  for (let n = 0; n < size >> 1; n++) {
    for (let c = 0; c < channels; c++) {
      for (let row = box.top; row < box.bottom; row++) {
        const offset = (c * height + row) * width;
        const [a, b] = [n * length + offset, (size - 1 - n) * length + offset];
        const kept = x.slice(a + box.left, a + box.right);
        x.copyWithin(a + box.left, b + box.left, b + box.right);
        x.set(kept, b + box.left);
      }
    }
  }
}
