import { greyOf, type Pixels, withData } from "./pixels.js";

// PIL's ImageEnhance, exactly: each blends the image with a degenerate form of it, and a factor above 1 leads away from
// it.

/** From black at factor 0 to the image at 1 and brighter. Source: PIL `ImageEnhance.Brightness`. */
export function brightness(image: Pixels, factor: number): Pixels {
  return blend(image, factor, () => 0);
}

/** From a uniform grey, the mean of the image, at factor 0. Source: PIL `ImageEnhance.Contrast`. */
export function contrast(image: Pixels, factor: number): Pixels {
  const grey = greyOf(image);
  const mean = Math.trunc(grey.reduce((sum, value) => sum + value, 0) / grey.length + 0.5);
  return blend(image, factor, () => mean);
}

/** From grey at factor 0 to stronger colours above 1. Source: PIL `ImageEnhance.Color`. */
export function saturation(image: Pixels, factor: number): Pixels {
  if (image.channels === 1) return image;
  const grey = greyOf(image);
  return blend(image, factor, (i) => grey[Math.floor(i / 3)]!);
}

/** From a smoothed image at factor 0 to a sharper one above 1. Source: PIL `ImageEnhance.Sharpness`. */
export function sharpness(image: Pixels, factor: number): Pixels {
  const smooth = smoothed(image);
  return blend(image, factor, (i) => smooth[i]!);
}

/**
 * degenerate + factor · (image − degenerate), in single precision and cut to whole bytes, as PIL's `Image.blend` does.
 */
function blend(image: Pixels, factor: number, degenerate: (i: number) => number): Pixels {
  const alpha = Math.fround(factor);
  const { data } = image;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const from = degenerate(i);
    const value = Math.fround(from + Math.fround(alpha * (data[i]! - from)));
    out[i] = value <= 0 ? 0 : value >= 255 ? 255 : value;
  }
  return withData(image, out);
}

/** PIL's filter SMOOTH: the weights 1 1 1, 1 5 1, 1 1 1 over 13; the outermost pixels stay. */
function smoothed({ data, height, width, channels }: Pixels): Uint8Array {
  const out = Uint8Array.from(data);
  const row = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      let sum = 4 * data[i]!;
      for (const at of [i - row, i, i + row]) sum += data[at - channels]! + data[at]! + data[at + channels]!;
      out[i] = sum / 13 + 0.5;
    }
  }
  return out;
}
