/**
 * The 95 % interval of a share that was observed in `images` independent images; it counts the choice of images alone.
 * Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
 * @param share 0–1.
 * @returns [low, high] in 0–1.
 * @example
 * ```ts
 * import { wilsonInterval } from "senet/report";
 *
 * console.log(wilsonInterval(0.9, 100).map((share) => share.toFixed(3))); // [ '0.826', '0.945' ]
 * ```
 */
export function wilsonInterval(share: number, images: number): [number, number] {
  const z = 1.959964;
  const widening = 1 + z ** 2 / images;
  const centre = (share + z ** 2 / (2 * images)) / widening;
  const half = (z * Math.sqrt((share * (1 - share)) / images + z ** 2 / (4 * images ** 2))) / widening;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
