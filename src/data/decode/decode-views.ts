import { cropPixels, flipHorizontally, type Pixels } from "../augment/pixels.js";
import { type CentreCrop, centreCrop } from "../centre-crop.js";
import type { Preprocessing } from "../preprocessing.js";
import { type Views, viewsOf } from "../views.js";
import type { Decode } from "./framing.js";

/**
 * Decodes an image once and gives the views of it, each of the input's size.
 * @throws Error when it is no image, or cut short.
 */
export async function decodeViews(decode: Decode, how: Omit<Preprocessing, "std">, views: Views): Promise<Pixels[]> {
  let crop: CentreCrop | undefined;
  const image = await decode(how.mean.length, how, (extent) => {
    crop = centreCrop(extent, how);
    const whole = { left: 0, top: 0, ...crop.resized };
    return {
      kind: "crop",
      crop: views === "ten-crop" ? { ...crop, part: whole } : crop,
      interpolation: how.interpolation,
    };
  });
  if (views === "flip") return [image, flipHorizontally(image)];
  return viewsOf(views, crop!).map(({ left, top, mirror }) => {
    const part = cropPixels(image, left, top, how.width, how.height);
    return mirror ? flipHorizontally(part) : part;
  });
}
