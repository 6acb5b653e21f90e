import type { ImageFormat } from "./image-format.js";

/** Whether a JPEG or PNG has its end marker; the other formats say in front how long they are. */
export function endsAsItShould(bytes: Uint8Array, format: ImageFormat): boolean {
  if (format === "jpeg") return bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  return format !== "png" || new TextDecoder("latin1").decode(bytes.subarray(-8, -4)) === "IEND";
}
