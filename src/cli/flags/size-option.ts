import { Option } from "commander";
import { bounds } from "../../bounds.js";
import type { ImageSize } from "../../data/image-size.js";
import { UserError } from "../../errors.js";

/** `--size`: one number for both sides, or height and width as in `192x320`. */
export function sizeOption(description: string, usual: string): Option {
  const help = `${description}, such as 224 or 192x320 (default: ${usual})`;
  return new Option("--size <HxW>", help).argParser(parseSize);
}

/** How `--crop-mode` is described. */
export function fitting(image: string, usual: string): string {
  return `how ${image} of another shape is made to fit: its edges cut off, squashed, or in a border (default: ${usual})`;
}

/** @throws UserError for anything but one or two whole numbers within their bound. */
function parseSize(text: string): ImageSize {
  const [height, width = height, ...more] = text
    .split("x")
    .map((side) => (side.trim() === "" ? Number.NaN : Number(side)));
  const whole = (side: number | undefined): side is number => side !== undefined && bounds.size.holds(side);
  if (more.length > 0 || !whole(height) || !whole(width)) {
    throw new UserError(
      `--size: got "${text}"; expected whole numbers from 1 to 65,535: one, or height x width such as 192x320`,
    );
  }
  return height === width ? height : [height, width];
}
