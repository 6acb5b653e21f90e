import type { Geometry, PixelArray, Statistics } from "./image-set.js";

/**
 * Mean and standard deviation (of the population) of each channel over all pixels of all images, scaled to 0–1.
 * @param images [N, C, H, W], N from 1.
 */
export function channelStatistics(images: PixelArray, { channels, height, width }: Geometry): Statistics {
  const plane = height * width;
  const spreads = Array.from({ length: channels }, (_, channel) => {
    const places = { first: channel * plane, plane, stride: channels * plane };
    return images instanceof Uint8Array ? spreadOfBytes(images, places) : spreadOfNumbers(images, places);
  });
  return { mean: spreads.map(({ mean }) => mean), std: spreads.map(({ std }) => std) };
}

/** Where a channel lies: `plane` pixels from `first` on, and again every `stride` pixels. */
interface Places {
  readonly first: number;
  readonly plane: number;
  readonly stride: number;
}

interface Spread {
  readonly mean: number;
  readonly std: number;
}

function spreadOfBytes(images: Uint8Array, places: Places): Spread {
  const counts = histogram(images, places);
  // The counts are exact, so the two sums over 256 values lose nothing whatever the number of pixels.
  const pixels = counts.reduce((sum, count) => sum + count, 0);
  const average = counts.reduce((sum, count, value) => sum + count * value, 0) / pixels;
  const variance = counts.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / pixels;
  return { mean: average / 255, std: Math.sqrt(variance) / 255 };
}

/** How often each byte occurs in a channel. */
function histogram(bytes: Uint8Array, { first, plane, stride }: Places): Float64Array {
  const counts = new Uint32Array(256);
  for (let start = first; start < bytes.length; start += stride) {
    for (let i = start; i < start + plane; i++) counts[bytes[i]!]!++;
  }
  return Float64Array.from(counts);
}

function spreadOfNumbers(images: Float32Array, { first, plane, stride }: Places): Spread {
  const pixels = (images.length / stride) * plane;
  let sum = 0;
  for (let start = first; start < images.length; start += stride) {
    for (let i = start; i < start + plane; i++) sum += images[i]!;
  }
  const mean = sum / pixels;
  let squares = 0;
  for (let start = first; start < images.length; start += stride) {
    for (let i = start; i < start + plane; i++) squares += (images[i]! - mean) ** 2;
  }
  return { mean, std: Math.sqrt(squares / pixels) };
}
