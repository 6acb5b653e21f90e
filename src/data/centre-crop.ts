import { cropPixels, type Pixels } from "./augment/pixels.js";
import type { Resampling } from "./augment/resampling.js";
import { type Box, resize } from "./augment/resize.js";
import type { Extent } from "./augment/window.js";
import { extentOf, type ImageSize } from "./image-size.js";
import type { CropMode, Preprocessing, Rounding } from "./preprocessing.js";

/** The size a photo is resized to, and where the input lies in it; it may reach beyond the edges. */
export interface CentreCrop {
  readonly resized: Extent;
  readonly part: Box;
  /** What lies beyond the edges: a byte per channel. */
  readonly fill: readonly number[];
}

/**
 * What a photo is resized to before the cut, for an input that keeps the share `cropPct` of each side.
 * Source: timm `transforms_imagenet_eval`, which rounds down (224 at 0.95: 235).
 * @example
 * ```ts
 * import { resizedSize } from "senet/data";
 *
 * console.log(resizedSize({ height: 224, width: 224 }, 0.95)); // 235
 * ```
 */
export function resizedSize({ height, width }: Extent, cropPct: number): ImageSize {
  const [down, across] = [Math.floor(height / cropPct), Math.floor(width / cropPct)];
  return down === across ? down : [down, across];
}

/**
 * How timm resizes and cuts photos for an input.
 * Source: timm 0.9.16 `transforms_imagenet_eval`. It forgets the filter where the sides of `resize` differ and the
 * middle is cut out: then it is bilinear whatever was asked.
 */
export function timmFraming(
  { height, width }: Extent,
  how: { readonly cropPct: number; readonly cropMode?: CropMode | undefined; readonly interpolation: Resampling },
): Omit<Preprocessing, "mean" | "std"> {
  const { cropPct, cropMode = "center" } = how;
  const resize = resizedSize({ height, width }, cropPct);
  const forgotten = cropMode === "center" && typeof resize !== "number";
  const interpolation = forgotten ? "bilinear" : how.interpolation;
  return { height, width, resize, interpolation, ...(cropMode !== "center" && { cropMode }) };
}

/** How timm rounds. */
export function usualRounding({ resize, cropMode = "center" }: Pick<Preprocessing, "resize" | "cropMode">): Rounding {
  const { height, width } = extentOf(resize);
  return height === width && cropMode === "center" ? "torchvision" : "keep-ratio";
}

/**
 * Where the input comes from in a photo of a given size: the middle of the resized whole.
 * Source: timm 0.9.16 `transforms_imagenet_eval`: `Resize`, `ResizeKeepRatio`, `CenterCrop` and `CenterCropOrPad`.
 * @example
 * ```ts
 * import { centreCrop } from "senet/data";
 *
 * const { resized, part } = centreCrop(
 *   { width: 640, height: 480 },
 *   { width: 224, height: 224, resize: 256, mean: [0.485, 0.456, 0.406] },
 * );
 * console.log(resized, part); // { width: 341, height: 256 } { left: 58, top: 16, width: 224, height: 224 }
 * ```
 */
export function centreCrop(photo: Extent, p: Omit<Preprocessing, "interpolation" | "std">): CentreCrop {
  const { height, width, resize: size, cropMode = "center", rounding = usualRounding(p), mean } = p;
  const resized = resizedExtent(photo, extentOf(size), cropMode, rounding);
  const before = (over: number) => {
    if (over < 0) return -Math.floor(-over / 2); // one more pixel is filled behind
    return rounding === "nearest" ? Math.floor(over / 2) : toEven(over / 2);
  };
  const part = { left: before(resized.width - width), top: before(resized.height - height), width, height };
  const colour = (value: number) => (cropMode === "border" ? Math.min(255, Math.max(0, toEven(255 * value))) : 0);
  return { resized, part, fill: mean.map(colour) };
}

function resizedExtent(photo: Extent, target: Extent, cropMode: CropMode, rounding: Rounding): Extent {
  if (cropMode === "squash") return target;
  const [down, across] = [photo.height / target.height, photo.width / target.width];
  const ratio = cropMode === "border" ? Math.max(down, across) : Math.min(down, across);
  if (rounding !== "torchvision") {
    // Of a line that would vanish one pixel is kept; timm fails there.
    const side = (pixels: number) => Math.max(1, toEven(pixels / ratio));
    return { height: side(photo.height), width: side(photo.width) };
  }
  const side = (of: number, other: number, given: number) => Math.max(1, Math.trunc((of * other) / given));
  return ratio === across
    ? { width: target.width, height: side(target.width, photo.height, photo.width) }
    : { width: side(target.height, photo.width, photo.height), height: target.height };
}

/** To the nearest whole number, halves to the even one, as Python rounds. */
function toEven(value: number): number {
  const floor = Math.floor(value);
  const over = value - floor;
  return over < 0.5 || (over === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/**
 * The part of a photo that the network sees, [height, width, C]: only that is computed.
 * @param image a photo in the channels that the network takes.
 */
export function resizeAndCrop(image: Pixels, { resized, part, fill }: CentreCrop, interpolation: Resampling): Pixels {
  const left = Math.max(0, part.left);
  const top = Math.max(0, part.top);
  const width = Math.min(resized.width, part.left + part.width) - left;
  const height = Math.min(resized.height, part.top + part.height) - top;
  const inside = resize(image, resized.width, resized.height, interpolation, { part: { left, top, width, height } });
  if (width === part.width && height === part.height) return inside;
  return cropPixels(inside, part.left - left, part.top - top, part.width, part.height, fill);
}
