import sharp, { type Metadata, type ResizeOptions, type Sharp, type SharpOptions } from "sharp";
import type { Interpolation } from "../../augment/affine.js";
import { cropPixels, type Pixels, withChannels } from "../../augment/pixels.js";
import { resize } from "../../augment/resize.js";
import type { CropWindow, Extent } from "../../augment/window.js";
import { resizeAndCrop } from "../../centre-crop.js";
import type { Framing } from "../../decode/framing.js";
import { decodeBmp } from "../../formats/bmp.js";
import { endsAsItShould } from "../../formats/ends-as-it-should.js";
import { maxPixels } from "../../formats/extent-limit.js";
import { decodeGif } from "../../formats/gif.js";
import { type ImageFormat, knownFormat } from "../../formats/image-format.js";
import { decodePpm } from "../../formats/ppm.js";
import { tiffTag, tiffTags } from "../../formats/tiff-tag.js";

/**
 * Windows of images with more pixels are left to the decoder's own pipeline, which is faster there and whose resizing
 * differs from PIL's by some levels where it rounds. All else is resized here, to the byte as PIL does it.
 */
const smallImage = 128 * 1024;

/** What PIL converts in a way of its own. */
type Kind = "cmyk" | "grey16" | "usual";

/**
 * As PIL: what is corrupt but complete is taken, what is cut short is not; embedded colour profiles are not applied.
 */
const input: SharpOptions = { autoOrient: true, failOn: "error", ignoreIcc: true, limitInputPixels: maxPixels };

/** The longest that libvips works on one image: a file of any size that is read needs far less. */
const seconds = 120;

/** What libvips lacks, or reads otherwise than PIL: decoders of our own. */
const ownDecoders: Partial<Record<ImageFormat, (bytes: Uint8Array) => Pixels>> = {
  bmp: decodeBmp,
  gif: decodeGif,
  ppm: decodePpm,
};

const kernels = { bilinear: "linear", bicubic: "cubic" } as const;

/** An image that has been looked at. */
interface Opened {
  /** As the image stands upright. */
  readonly extent: Extent;
  /** The whole image, in grey or in red, green and blue as PIL converts it. */
  whole(): Promise<Pixels>;
  /** The image for libvips to take a window of; absent where PIL converts it in a way of its own. */
  readonly pipeline?: () => Promise<Sharp>;
  /** Whether its decoder can leave out what a resize to half or less throws away. */
  readonly shrinks: boolean;
}

/**
 * Decodes an image, turned as its EXIF data says, and frames it. Alpha is dropped, CMYK and 16
 * bits converted, as PIL's `convert("RGB")` (or `"L"`) does.
 * @param bytes a whole JPEG, PNG, WebP, AVIF, GIF (its first frame), TIFF (its first page), BMP or PPM; what it is, its
 *   first bytes say.
 * @param frame what is wanted of an image of the given size.
 * @throws Error when the bytes are no such image, or cut short.
 */
export async function decode(
  bytes: Uint8Array,
  channels: number,
  size: Extent,
  frame: (extent: Extent) => Framing,
): Promise<Pixels> {
  const { extent, whole, pipeline, shrinks } = await open(bytes);
  const framing = frame(extent);
  if (framing.kind === "window" && pipeline && extent.width * extent.height > smallImage) {
    const { data, info } = await windowed(await pipeline(), extent, size, framing.window, shrinks)
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return withChannels({ data, height: info.height, width: info.width, channels: info.channels }, channels);
  }
  const image = withChannels(await whole(), channels);
  if (framing.kind === "crop") return resizeAndCrop(image, framing.crop, framing.interpolation);
  const { left, top, width: wide, height: high, interpolation } = framing.window;
  return resize(cropPixels(image, left, top, wide, high), size.width, size.height, interpolation);
}

/** The whole image, as `decode` converts it. @throws Error likewise. */
export async function decodeWhole(bytes: Uint8Array, channels: number): Promise<Pixels> {
  return withChannels(await (await open(bytes)).whole(), channels);
}

/** How large an image is, upright. @throws Error as `decode` does where it looks no further than the header. */
export async function imageExtent(bytes: Uint8Array): Promise<Extent> {
  return (await open(bytes)).extent;
}

async function open(bytes: Uint8Array): Promise<Opened> {
  const format = knownFormat(bytes);
  const own = ownDecoders[format]?.(bytes);
  if (own) return inMemory(own);
  const metadata = await sharp(bytes, input).metadata();
  const { width, height, orientation = 1, hasAlpha } = metadata;
  const kind = kindOf(metadata);
  if (format === "tiff") {
    checkTiff(bytes, metadata);
    return inMemory(await whole(bytes, kind)); // a window would not notice that other parts are missing
  }
  const pipeline = async () => {
    // A window near the top is decoded without noticing that the bottom is missing, and whether an image is bad must
    // not depend on the window.
    if (!endsAsItShould(bytes, format)) await bounded(bytes).raw().toBuffer();
    return bounded(bytes);
  };
  return {
    extent: orientation >= 5 ? { width: height, height: width } : { width, height },
    whole: () => whole(bytes, kind),
    ...(kind === "usual" && !hasAlpha && { pipeline }),
    shrinks: format === "jpeg" || format === "webp",
  };
}

function inMemory(image: Pixels): Opened {
  const { data, width, height, channels } = image;
  const raw = { width, height, channels: channels as 1 | 3 };
  return {
    extent: { width, height },
    whole: async () => image,
    pipeline: async () => sharp(data, { raw, limitInputPixels: maxPixels }).timeout({ seconds }),
    shrinks: false,
  };
}

function bounded(bytes: Uint8Array): Sharp {
  return sharp(bytes, input).timeout({ seconds });
}

/** @throws Error for numbers that PIL's `convert` makes no picture of. */
function checkTiff(bytes: Uint8Array, { depth, space }: Metadata): void {
  const [yCbCr, jpeg] = [6, [6, 7]];
  if (tiffTag(bytes, tiffTags.photometric) === yCbCr && !jpeg.includes(tiffTag(bytes, tiffTags.compression) ?? 0)) {
    throw new Error("a TIFF in YCbCr is read as JPEG inside alone; save it in RGB"); // libvips takes its bytes for RGB
  }
  if (depth === "uchar" || (depth === "ushort" && (space === "grey16" || space === "rgb16"))) return;
  throw new Error(`a TIFF of ${depth} numbers (${space}) is not read; 8 and 16 bits are`);
}

function kindOf({ space, hasAlpha }: Metadata): Kind {
  if (space === "cmyk") return "cmyk";
  return space === "grey16" && !hasAlpha ? "grey16" : "usual";
}

function windowed(
  source: Sharp,
  extent: Extent,
  { width, height }: Extent,
  window: CropWindow,
  shrinks: boolean,
): Sharp {
  const [scaleX, scaleY] = [width / window.width, height / window.height];
  if (!shrinks || Math.max(scaleX, scaleY) > 0.5) {
    const { left, top, width: from, height: down } = window;
    return source
      .extract({ left, top, width: from, height: down })
      .resize(width, height, resizing(window.interpolation, false));
  }
  // The decoder can leave out what a resize to half or less throws away, but only of whole images: so resize the whole,
  // then cut. Rounded to whole pixels of the result, the window moves by less than one of them.
  const [wide, high] = [Math.round(extent.width * scaleX), Math.round(extent.height * scaleY)];
  const left = Math.min(wide - width, Math.round(window.left * scaleX));
  const top = Math.min(high - height, Math.round(window.top * scaleY));
  return source.resize(wide, high, resizing(window.interpolation, true)).extract({ left, top, width, height });
}

function resizing(interpolation: Interpolation, fastShrinkOnLoad: boolean): ResizeOptions {
  return { fit: "fill", kernel: kernels[interpolation], fastShrinkOnLoad };
}

/** The whole image, in grey or in red, green and blue as PIL converts it. */
async function whole(bytes: Uint8Array, kind: Kind): Promise<Pixels> {
  const decoded = bounded(bytes);
  if (kind === "cmyk") decoded.pipelineColourspace("cmyk").toColourspace("cmyk");
  else if (kind === "grey16") decoded.toColourspace("grey16");
  else decoded.removeAlpha();
  const depth = kind === "grey16" ? "ushort" : "uchar";
  const { data, info } = await decoded.raw({ depth }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (kind === "cmyk") return { data: fromCmyk(data, channels), width, height, channels: 3 };
  return { data: kind === "grey16" ? clipped(data) : data, width, height, channels };
}

/**
 * 16-bit grey as bytes: what is above 255 is white.
 * Source: PIL's conversion from `I`, the mode it reads such images in; of colours and of grey with alpha it keeps the
 * upper 8 bits.
 */
function clipped(data: Uint8Array): Uint8Array {
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return Uint8Array.from(values, (value) => Math.min(255, value));
}

/** Source: PIL's conversion from CMYK: the inks are multiplied, no profile is applied. */
function fromCmyk(data: Uint8Array, stride: number): Uint8Array {
  const out = new Uint8Array((data.length / stride) * 3);
  for (let from = 0, to = 0; from < data.length; from += stride) {
    const light = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) out[to++] = Math.max(0, light - dividedBy255(data[from + c]! * light));
  }
  return out;
}

/** PIL's rounding division of a product of two bytes by 255. */
function dividedBy255(product: number): number {
  const shifted = product + 128;
  return ((shifted >> 8) + shifted) >> 8;
}
