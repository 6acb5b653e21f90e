import type { CentreCrop } from "./centre-crop.js";

/**
 * Ways to look at an image several times when a model is tested.
 * @useDeclaredType
 */
export type Views = (typeof viewKinds)[number];

export const viewKinds = ["flip", "ten-crop"] as const;

/**
 * How many views of each image there are: `flip` is the image and its mirror image; `ten-crop` the four corners and the
 * middle, and those of the mirror image.
 */
export function viewCount(views: Views | undefined): number {
  return views === undefined ? 1 : views === "flip" ? 2 : 10;
}

/** A part of an image: its left upper corner, and whether it is mirrored after the cut. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly mirror: boolean;
}

/**
 * The parts of a resized image that are seen, the middle one as the preprocessing says.
 * Source: torchvision `TenCrop` with its order: corners left and right at the top, then at the bottom, the middle; then
 * those of the mirror image, whose middle is another one where the margins are odd.
 */
export function viewsOf(views: Views, { resized, part }: CentreCrop): View[] {
  const [right, bottom] = [resized.width - part.width, resized.height - part.height];
  const middle = { left: part.left, top: part.top, mirror: false };
  if (views === "flip") return [middle, { ...middle, mirror: true }];
  const corners = [0, bottom].flatMap((top) => [0, right].map((left) => ({ left, top, mirror: false })));
  const five = [...corners, middle];
  return [...five, ...five.map(({ left, top }) => ({ left: right - left, top, mirror: true }))];
}
