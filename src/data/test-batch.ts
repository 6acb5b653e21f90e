import type { Geometry } from "./image-set.js";

/** How many images are looked at together: few enough that who stops the work need not wait for long. */
export function testBatch({ channels, height, width }: Geometry): number {
  return Math.min(256, Math.max(8, Math.floor(2 ** 20 / (channels * height * width))));
}
