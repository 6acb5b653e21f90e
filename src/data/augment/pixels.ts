/** One image as bytes 0–255, row by row, the channels of a pixel side by side: [H, W, C]. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue; 4 where `withChannels` is still to drop alpha. */
  readonly channels: number;
}

/**
 * One image as a canvas has it, with alpha and without `channels`: the `ImageData` of a browser is one. [H, W, 4],
 * bytes.
 */
export interface CanvasPixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels?: undefined;
}

/** An image with its number of channels; nothing is copied. */
export function pixelsOf(image: Pixels | CanvasPixels): Pixels {
  if (image.channels !== undefined) return image;
  const { data, height, width } = image;
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), height, width, channels: 4 };
}

/** An image of the same size with other bytes. */
export function withData(like: Pixels, data: Uint8Array): Pixels {
  return { ...like, data };
}

/** The grey value of a colour, as PIL's `convert("L")` weighs it (ITU-R 601-2). */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** The grey values [H·W] of an image. */
export function greyOf({ data, height, width, channels }: Pixels): Uint8Array {
  if (channels === 1) return data;
  const grey = new Uint8Array(height * width);
  for (let i = 0, at = 0; i < grey.length; i++, at += channels) {
    grey[i] = luma(data[at]!, data[at + 1]!, data[at + 2]!);
  }
  return grey;
}

/**
 * The image in grey (1) or colour (3), as PIL's `convert` does it. Alpha, a fourth channel such as that of a canvas, is
 * dropped.
 */
export function withChannels(image: Pixels, channels: number): Pixels {
  if (image.channels === channels) return image;
  if (channels === 1) return { ...image, channels, data: greyOf(image) };
  const { height, width } = image;
  const data = new Uint8Array(height * width * channels);
  // Grey gives every channel its value, and colour with alpha the first three.
  const step = image.channels === 1 ? 0 : 1;
  for (let from = 0, to = 0; to < data.length; from += image.channels, to += channels) {
    for (let c = 0; c < channels; c++) data[to + c] = image.data[from + c * step]!;
  }
  return { data, height, width, channels };
}

/** The image mirrored left and right. */
export function flipHorizontally(image: Pixels): Pixels {
  const { data, height, width, channels } = image;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * channels, (y * width + width - 1 - x) * channels];
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c]!;
    }
  }
  return withData(image, out);
}

/** The image mirrored top and bottom. */
export function flipVertically(image: Pixels): Pixels {
  const { data, height, width, channels } = image;
  const row = width * channels;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * row, (y + 1) * row), (height - 1 - y) * row);
  return withData(image, out);
}

/** A window of an image, moved by (`left`, `top`); what lies outside is black, or `fill`, a byte per channel. */
export function cropPixels(
  image: Pixels,
  left: number,
  top: number,
  width: number,
  height: number,
  fill: readonly number[] = [],
): Pixels {
  const { channels } = image;
  const out = new Uint8Array(height * width * channels);
  if (fill.some((value) => value > 0)) for (let i = 0; i < out.length; i++) out[i] = fill[i % channels]!;
  const [first, last] = [Math.max(0, -left), Math.min(width, image.width - left)];
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top) && first < last; y++) {
    const from = ((y + top) * image.width + left + first) * channels;
    out.set(image.data.subarray(from, from + (last - first) * channels), (y * width + first) * channels);
  }
  return { data: out, height, width, channels };
}
