import type { Geometry, Statistics } from "./image-set.js";

/**
 * Mean and standard deviation (of the population) of each channel over all pixels of all images, scaled to 0–1.
 * @param images bytes [N, C, H, W], N from 1.
 */
export function channelStatistics(images: Uint8Array, { channels, height, width }: Geometry): Statistics {
  const plane = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const counts = histogram(images, channel * plane, plane, channels * plane);
    // The counts are exact, so the two sums over 256 values lose nothing whatever the number of pixels.
    const pixels = counts.reduce((sum, count) => sum + count, 0);
    const average = counts.reduce((sum, count, value) => sum + count * value, 0) / pixels;
    const variance = counts.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / pixels;
    mean.push(average / 255);
    std.push(Math.sqrt(variance) / 255);
  }
  return { mean, std };
}

/** How often each byte occurs in `plane` bytes from `first` on, and again every `stride` bytes. */
function histogram(bytes: Uint8Array, first: number, plane: number, stride: number): Float64Array {
  const counts = new Uint32Array(256);
  for (let start = first; start < bytes.length; start += stride) {
    for (let i = start; i < start + plane; i++) counts[bytes[i]!]!++;
  }
  return Float64Array.from(counts);
}
