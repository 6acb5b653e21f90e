/** What an image file may be. */
export type ImageFormat = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff" | "bmp" | "ppm";

/** The formats in words, for messages. PPM stands for its family: PBM, PGM and PPM. */
export const formatsInWords = "JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM";

/** How much of a file says what it is. */
export const headBytes = 64;

/** The name of a file says that it is an image of one of these formats. */
export const imageName = /\.(jpe?g|jpe|jfif|jif|png|apng|webp|avif|gif|tiff?|bmp|dib|p[bgpn]m)$/i;

/** A text of Latin-1 letters, one a byte, at a place from the start. */
type Sign = readonly [at: number, text: string];

/** Formats by what their files hold near their start: all signs of a row. */
const beginnings: readonly (readonly [ImageFormat, ...Sign[]])[] = [
  ["jpeg", [0, "\xff\xd8\xff"]],
  ["png", [0, "\x89PNG\r\n\x1a\n"]],
  ["webp", [0, "RIFF"], [8, "WEBP"]],
  ["avif", [4, "ftypavif"]],
  ["avif", [4, "ftypavis"]],
  ["avif", [4, "ftypmif1"], [16, "avif"]],
  ["avif", [4, "ftypmif1"], [20, "avif"]],
  ["avif", [4, "ftypmif1"], [24, "avif"]],
  ["gif", [0, "GIF87a"]],
  ["gif", [0, "GIF89a"]],
  ["tiff", [0, "II*\0"]],
  ["tiff", [0, "MM\0*"]],
  ["tiff", [0, "II+\0"]],
  ["tiff", [0, "MM\0+"]],
  // The size of the header that follows: two letters are in other files too.
  ...["\x0c", "(", "4", "8", "@", "l", "|"].map((size) => ["bmp", [0, "BM"], [14, `${size}\0\0\0`]] as const),
  ...["1", "2", "3", "4", "5", "6"].flatMap((kind) =>
    ["\n", " ", "\r", "\t"].map((space) => ["ppm", [0, `P${kind}${space}`]] as const),
  ),
];

/** What people take for images, or get in their place, and we do not read. */
const others: readonly (readonly [string, ...Sign[]])[] = [
  ["HEIC", [4, "ftyphei"]],
  ["HEIC", [4, "ftyphev"]],
  ["HEIC", [4, "ftypmif1"]],
  ["a video", [4, "ftyp"]],
  ["JPEG XL", [0, "\xff\x0a"]],
  ["JPEG XL", [4, "JXL "]],
  ["JPEG 2000", [4, "jP  "]],
  ["PDF", [0, "%PDF"]],
  ["Photoshop", [0, "8BPS"]],
  ["an icon", [0, "\0\0\x01\0"]],
  ["an archive", [0, "PK"]],
  ["an archive", [0, "\x1f\x8b"]],
  ["a pointer of Git LFS", [0, "version https://git-lfs"]],
  ["SVG or XML", [0, "<?xml"]],
  ["SVG or XML", [0, "<svg"]],
];

/** The format of an image by its first bytes ({@link headBytes} are enough); undefined for all else. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return byBeginning(bytes, beginnings);
}

/** What bytes are that are no image we read: `HEIC`, `a web page`; undefined where that is not known. */
export function otherFormat(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, headBytes)).toLowerCase();
  const page = ["<!doctype html", "<html"].some((tag) => text.includes(tag));
  return page ? "a web page" : byBeginning(bytes, others);
}

/** What the bytes are. @throws Error for all but the formats that are read: nothing else reaches a decoder. */
export function knownFormat(bytes: Uint8Array): ImageFormat {
  const format = imageFormat(bytes);
  if (format !== undefined) return format;
  if (bytes.length === 0) throw new Error("an empty file");
  const other = otherFormat(bytes);
  throw new Error(other === undefined ? `no image (${formatsInWords})` : `${other}, no image (${formatsInWords})`);
}

function byBeginning<T>(bytes: Uint8Array, table: readonly (readonly [T, ...Sign[]])[]): T | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, headBytes));
  return table.find(([, ...signs]) => signs.every(([at, sign]) => head.startsWith(sign, at)))?.[0];
}
