import { extentOf } from "../../data/image-size.js";
import type { Preprocessing } from "../../data/preprocessing.js";

/** What happens to a photo before its middle is cut out: `short side to 256`. */
export function describeFraming({ resize, cropMode = "center" }: Preprocessing): string {
  const { height, width } = extentOf(resize);
  if (cropMode === "squash") return `squashed to ${height}x${width}`;
  if (cropMode === "border") return `inside ${height}x${width} with a border in the mean's colour`;
  return height === width ? `short side to ${height}` : `covering ${height}x${width}`;
}
