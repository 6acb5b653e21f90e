import { UserError } from "../errors.js";
import { type CanvasPixels, type Pixels, pixelsOf, withChannels } from "./augment/pixels.js";
import { writePixels } from "./augment/vary.js";
import { normalisationTable } from "./augment/write-image.js";
import { centreCrop, resizeAndCrop } from "./centre-crop.js";
import { checkPreprocessing, type Preprocessing } from "./preprocessing.js";

/**
 * Turns a photo into a network's input, as the published evaluations do it: equal to timm's and torchvision's
 * transforms over PIL, pixel for pixel.
 * @param image [H, W, C] bytes in grey, colour, or colour with alpha (which is dropped), turned upright; the
 *   `ImageData` of a canvas is one.
 * @returns [C, height, width], (pixel / 255 − mean) / std.
 * @throws UserError when the image has no pixels, or the preprocessing is out of range.
 * @example
 * ```ts
 * import { preprocess, publishedPreprocessing } from "senet";
 * import { readPhoto } from "senet/node";
 *
 * const photo = await readPhoto("photo.jpg"); // in a browser: context.getImageData(…)
 * const x = preprocess(photo, publishedPreprocessing("seresnet50"));
 * console.log(x.length === 3 * 224 * 224); // true
 * ```
 */
export function preprocess(image: Pixels | CanvasPixels, p: Preprocessing): Float32Array<ArrayBuffer> {
  checkPreprocessing(p);
  const pixels = pixelsOf(image);
  const { data, height, width, channels } = pixels;
  if (data.length === 0 || data.length !== height * width * channels) {
    throw new UserError(
      `preprocess: got ${data.length} bytes; expected ${height * width * channels}, [${height}, ${width}, ${channels}], and at least one pixel`,
    );
  }
  const input = resizeAndCrop(withChannels(pixels, p.mean.length), centreCrop(pixels, p), p.interpolation);
  const x = new Float32Array(p.mean.length * p.height * p.width);
  writePixels(x, input, normalisationTable(p));
  return x;
}
