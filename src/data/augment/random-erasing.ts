import type { Random } from "../../random.js";
import type { Geometry } from "../image-set.js";
import type { RandomErasing } from "./augmentation.js";

/**
 * Overwrites random rectangles of one normalised image [C, H, W] in place.
 * Source: timm `RandomErasing`: up to ten attempts for a rectangle that fits.
 */
export function eraseRandomly(
  image: Float32Array,
  { channels, height, width }: Geometry,
  random: Random,
  how: RandomErasing,
) {
  if (random.float() > how.probability) return;
  for (let n = 0; n < how.count; n++) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const share = how.minArea + random.float() * (how.maxArea - how.minArea);
      const area = (share * height * width) / how.count;
      const aspect = Math.exp((2 * random.float() - 1) * -Math.log(how.minAspect));
      const [h, w] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
      if (h >= height || w >= width) continue;
      const [top, left] = [random.below(height - h + 1), random.below(width - w + 1)];
      for (let c = 0; c < channels; c++) {
        const one = how.mode === "rand" ? random.normal() : 0;
        for (let y = top; y < top + h; y++) {
          const from = (c * height + y) * width + left;
          if (how.mode === "pixel") for (let i = from; i < from + w; i++) image[i] = random.normal();
          else image.fill(one, from, from + w);
        }
      }
      break;
    }
  }
}
