import { UserError } from "../../errors.js";
import type { Random } from "../../random.js";
import type { Geometry, Statistics } from "../image-set.js";
import type { Augmentation } from "./augmentation.js";

/** How one image is varied: the window starts `dx` pixels to the right and `dy` down, and is mirrored after the cut. */
export interface Variation {
  readonly dx: number;
  readonly dy: number;
  readonly mirror: boolean;
}

/** The image as it is. */
export const unchanged: Variation = { dx: 0, dy: 0, mirror: false };

/** Draws how to vary an image: both shifts from −pad to pad and, where `flip` is set, mirrored with probability ½. */
export function drawVariation(random: Random, { flip, pad }: Augmentation): Variation {
  const dx = random.below(2 * pad + 1) - pad;
  const dy = random.below(2 * pad + 1) - pad;
  return { dx, dy, mirror: flip && random.below(2) === 1 };
}

/**
 * What each byte of each channel becomes: (byte / 255 − mean) / std, rounded after every operation as torchvision's
 * `ToTensor` and `Normalize` round.
 * @returns [C, 256]. @throws UserError when a std is not above 0, as for a channel that never varies.
 */
export function normalisationTable({ mean, std }: Statistics): Float32Array {
  const table = new Float32Array(mean.length * 256);
  mean.forEach((average, channel) => {
    const deviation = std[channel] ?? Number.NaN;
    if (!(deviation > 0)) {
      throw new UserError(`normalisationTable: got std ${deviation} for channel ${channel}; expected a number above 0`);
    }
    const [middle, scale] = [Math.fround(average), Math.fround(deviation)];
    for (let byte = 0; byte < 256; byte++) {
      table[channel * 256 + byte] = Math.fround(Math.fround(byte / 255) - middle) / scale;
    }
  });
  return table;
}

/**
 * Writes one image, varied and normalised, into its place in a batch.
 * Shifts bring in black pixels (byte 0), which are normalised like all others: torchvision's
 * `RandomCrop(padding)`, `RandomHorizontalFlip`, `ToTensor`, `Normalize` in this order.
 * @param target batch [N, C, H, W]; `slot` is the place in it.
 * @param images bytes [M, C, H, W]; `index` is the image taken.
 * @param table from {@link normalisationTable}, [C, 256].
 */
export function writeImage(
  target: Float32Array,
  slot: number,
  images: Uint8Array,
  index: number,
  table: Float32Array,
  { channels, height, width }: Geometry,
  { dx, dy, mirror }: Variation = unchanged,
): void {
  const size = channels * height * width;
  // Columns first to last − 1 of the window lie inside the image; the others are black.
  const first = Math.min(width, Math.max(0, -dx));
  const last = Math.max(first, Math.min(width, width - dx));
  for (let row = 0; row < channels * height; row++) {
    const y = (row % height) + dy;
    const byteTo = ((row / height) | 0) * 256; // this channel's part of the table
    const to = slot * size + row * width;
    if (y < 0 || y >= height || first >= last) {
      target.fill(table[byteTo]!, to, to + width);
      continue;
    }
    const from = index * size + (row + dy) * width + dx;
    if (first > 0 || last < width) target.fill(table[byteTo]!, to, to + width);
    if (mirror) {
      const end = to + width - 1;
      for (let x = first; x < last; x++) target[end - x] = table[byteTo + images[from + x]!]!;
    } else {
      for (let x = first; x < last; x++) target[to + x] = table[byteTo + images[from + x]!]!;
    }
  }
}
