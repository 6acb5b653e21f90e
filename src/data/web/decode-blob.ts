import { cropPixels, type Pixels, withChannels } from "../augment/pixels.js";
import { resize } from "../augment/resize.js";
import { resizeAndCrop } from "../centre-crop.js";
import type { Decode } from "../decode/framing.js";
import { decodeBmp } from "../formats/bmp.js";
import { endsAsItShould } from "../formats/ends-as-it-should.js";
import { checkExtent } from "../formats/extent-limit.js";
import { decodeGif } from "../formats/gif.js";
import { type ImageFormat, knownFormat } from "../formats/image-format.js";
import { decodePpm } from "../formats/ppm.js";

/** The most bytes that one image may have, as in Node. */
const maxBytes = 200_000_000;

/** What is read as in Node, by decoders of our own. */
const ownDecoders: Partial<Record<ImageFormat, (bytes: Uint8Array) => Pixels>> = {
  bmp: decodeBmp,
  gif: decodeGif,
  ppm: decodePpm,
};

/**
 * Decodes an image file as the browser does it: upright, without its colour profile, alpha dropped. What follows, from
 * the resize on, is done here as in Node. JPEGs differ from Node's by a level here and there: browsers have decoders of
 * their own.
 * @throws Error when it is no image, or cut short, which a browser would show as far as it goes.
 */
export function decoderOf(blob: Blob): Decode {
  return async (channels, size, frame) => {
    const image = withChannels(await decodeBlob(blob), channels);
    const framing = frame(image);
    if (framing.kind === "crop") return resizeAndCrop(image, framing.crop, framing.interpolation);
    const { left, top, width, height, interpolation } = framing.window;
    return resize(cropPixels(image, left, top, width, height), size.width, size.height, interpolation);
  };
}

/** The whole image, with alpha where the browser decodes it. */
export async function decodeBlob(blob: Blob): Promise<Pixels> {
  if (blob.size > maxBytes) throw new Error(`${blob.size} bytes, where images of up to ${maxBytes} are read`);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const format = knownFormat(bytes);
  const own = ownDecoders[format];
  if (own) return own(bytes);
  if (format === "tiff") throw new Error("a TIFF, which browsers do not read; save it as PNG");
  if (!endsAsItShould(bytes, format) && !(format === "jpeg" && endsInside(bytes))) {
    throw new Error(`a ${format.toUpperCase()} that is cut short`);
  }
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  try {
    checkExtent(bitmap.width, bitmap.height);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height, channels: 4 };
  } finally {
    bitmap.close();
  }
}

/** Whether a JPEG ends before bytes that others have put behind it: its last scan is followed by an end marker. */
function endsInside(bytes: Uint8Array): boolean {
  const last = (marker: number) => {
    for (let i = bytes.length - 2; i >= 0; i--) if (bytes[i] === 0xff && bytes[i + 1] === marker) return i;
    return -1;
  };
  return last(0xd9) > last(0xda);
}
