import type { Extent } from "./augment/window.js";

/** A size in pixels: height and width, or one number for both. */
export type ImageSize = number | readonly [height: number, width: number];

/** A size as height and width. */
export function extentOf(size: ImageSize): Extent {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  return { height, width };
}

/** A size as people write it: `224`, or `192x320`, height first. */
export function formatSize(size: ImageSize): string {
  return typeof size === "number" ? String(size) : size.join("x");
}
