import { valueError } from "../../errors.js";
import type { Random } from "../../random.js";
import type { Geometry, PixelArray, Statistics } from "../image-set.js";
import { type Augmentation, isPlain } from "./augmentation.js";

/**
 * How one image is varied: the window starts `dx` pixels to the right and `dy` down, and is mirrored and turned upside
 * down after the cut.
 */
export interface Variation {
  readonly dx: number;
  readonly dy: number;
  readonly mirror: boolean;
  readonly upend: boolean;
}

/** The image as it is. */
export const unchanged: Variation = { dx: 0, dy: 0, mirror: false, upend: false };

/**
 * Draws how to vary an image: both shifts from −pad to pad, and mirrored with probability ½ where it may be. What
 * `vary` draws, it draws alike.
 */
export function drawVariation(random: Random, augment: Augmentation): Variation {
  const { flip, pad, verticalFlip = false } = augment;
  const shift = () => (pad > 0 || isPlain(augment) ? random.below(2 * pad + 1) - pad : 0);
  const [dx, dy] = [shift(), shift()];
  const mirror = flip && random.below(2) === 1;
  return { dx, dy, mirror, upend: verticalFlip && random.below(2) === 1 };
}

/**
 * What each byte of each channel becomes: (byte / 255 − mean) / std, rounded after every operation as torchvision's
 * `ToTensor` and `Normalize` round.
 * @returns [C, 256]. @throws UserError when a std is not above 0, as for a channel that never varies.
 */
export function normalisationTable(statistics: Statistics): Float32Array {
  const table = new Float32Array(statistics.mean.length * 256);
  scales(statistics).forEach(({ middle, scale }, channel) => {
    for (let byte = 0; byte < 256; byte++) {
      table[channel * 256 + byte] = Math.fround(Math.fround(byte / 255) - middle) / scale;
    }
  });
  return table;
}

/** What is subtracted from each channel and divides it. @throws UserError when a std is not above 0. */
function scales({ mean, std }: Statistics): { readonly middle: number; readonly scale: number }[] {
  return mean.map((average, channel) => {
    const deviation = std[channel] ?? Number.NaN;
    if (deviation > 0) return { middle: Math.fround(average), scale: Math.fround(deviation) };
    throw valueError("normalisationTable", "std", `${deviation} for channel ${channel}`, "a number above 0");
  });
}

/** Writes image `index` of an array, varied and normalised, into place `slot` of a batch [N, C, H, W]. */
export type ImageWriter = (target: Float32Array, slot: number, index: number, variation?: Variation) => void;

/**
 * What writes images into batches.
 * Shifts bring in black pixels (0), which are normalised like all others: torchvision's
 * `RandomCrop(padding)`, `RandomHorizontalFlip`, `RandomVerticalFlip`, `ToTensor`, `Normalize` in this order.
 * @param images [M, C, H, W].
 * @throws UserError when a std is not above 0.
 */
export function imageWriter(
  images: PixelArray,
  { channels, height, width }: Geometry,
  statistics: Statistics,
): ImageWriter {
  const { black, copy } = images instanceof Uint8Array ? byTable(images, statistics) : bySums(images, statistics);
  return (target, slot, index, { dx, dy, mirror, upend } = unchanged) => {
    // Columns first to last − 1 of the window lie inside the image; the others are black.
    const first = Math.min(width, Math.max(0, -dx));
    const last = Math.max(first, Math.min(width, width - dx));
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const to = ((slot * channels + channel) * height + row) * width;
        const y = (upend ? height - 1 - row : row) + dy;
        const inside = y >= 0 && y < height;
        if (!inside || first > 0 || last < width) target.fill(black[channel]!, to, to + width);
        if (!inside) continue;
        const from = ((index * channels + channel) * height + y) * width + dx + first;
        if (mirror) copy(channel, from, last - first, target, to + width - 1 - first, -1);
        else copy(channel, from, last - first, target, to + first, 1);
      }
    }
  };
}

/** How the pixels of one kind of images are normalised. */
interface Normaliser {
  /** What 0 becomes in each channel. */
  readonly black: ArrayLike<number>;
  /** Writes `count` pixels of a channel from `from` on to `to` and every `step` further. */
  copy(channel: number, from: number, count: number, target: Float32Array, to: number, step: number): void;
}

function byTable(bytes: Uint8Array, statistics: Statistics): Normaliser {
  const table = normalisationTable(statistics);
  return {
    black: statistics.mean.map((_, channel) => table[channel * 256]!),
    copy(channel, from, count, target, to, step) {
      const levels = channel * 256; // this channel's part of the table
      for (let i = from, at = to; i < from + count; i++, at += step) target[at] = table[levels + bytes[i]!]!;
    },
  };
}

function bySums(numbers: Float32Array, statistics: Statistics): Normaliser {
  const channels = scales(statistics);
  return {
    black: channels.map(({ middle, scale }) => (0 - middle) / scale),
    copy(channel, from, count, target, to, step) {
      const { middle, scale } = channels[channel]!;
      for (let i = from, at = to; i < from + count; i++, at += step) {
        target[at] = Math.fround(numbers[i]! - middle) / scale;
      }
    },
  };
}
