/**
 * The most pixels an image may have, so that a small file cannot ask for all of the memory.
 * Source: PIL takes images of twice `MAX_IMAGE_PIXELS` for bombs.
 */
export const maxPixels = 178_956_970;

/** @throws Error for an image without pixels, or with more than {@link maxPixels}. */
export function checkExtent(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= maxPixels) return;
  throw new Error(`${width} × ${height} pixels, where 1 to ${maxPixels} are read`);
}

/** The error for an image whose bytes end too soon. */
export function cutShort(): Error {
  return new Error("the file is cut short");
}
