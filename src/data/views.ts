/** Ways to look at an image several times when a model is tested. */
export type Views = "flip" | "ten-crop";

/**
 * How many views of each image there are: `flip` is the image and its mirror image; `ten-crop` the four corners and the
 * middle, and those of the mirror image.
 */
export const viewCount: Readonly<Record<Views, number>> = { flip: 2, "ten-crop": 10 };

/** A part of an image: its left upper corner, and whether it is mirrored after the cut. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly mirror: boolean;
}

/** Width and height in pixels. */
interface Extent {
  readonly width: number;
  readonly height: number;
}

/**
 * The parts of an image that are seen; without `views` the middle alone.
 * Source: torchvision `CenterCrop`, and `TenCrop` with its order: corners left and right at the top, then at the bottom,
 * the middle; then those of the mirror image, whose middle is another one where the margins are odd.
 */
export function viewsOf(views: Views | undefined, image: Extent, part: Extent): View[] {
  const [right, bottom] = [image.width - part.width, image.height - part.height];
  const middle = { left: halfOf(right), top: halfOf(bottom), mirror: false };
  const mirrored = (view: View): View => ({ left: right - view.left, top: view.top, mirror: true });
  if (views === undefined) return [middle];
  if (views === "flip") return [middle, { ...middle, mirror: true }];
  const corners = [0, bottom].flatMap((top) => [0, right].map((left) => ({ left, top, mirror: false })));
  const five = [...corners, middle];
  return [...five, ...five.map(mirrored)];
}

/** Half of a whole number, rounded to the even neighbour, as Python rounds. */
export function halfOf(n: number): number {
  const floor = Math.floor(n / 2);
  return n % 2 === 0 || floor % 2 === 0 ? floor : floor + 1;
}
