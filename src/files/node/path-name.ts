import { Buffer, isUtf8 } from "node:buffer";

// Names on the disk are bytes, and where they are no UTF-8, as those of old archives, a text loses them. In a path such
// a byte stands as a lone surrogate, U+DC80 to U+DCFF, as Python does it.

/** A path, or a part of one, from the bytes of its name. */
export function pathOf(name: Buffer): string {
  if (isUtf8(name)) return name.toString("utf8");
  let path = "";
  for (let at = 0; at < name.length; ) {
    const length = lengthOf(name[at]!);
    const character = name.subarray(at, at + length);
    const whole = character.length === length && isUtf8(character);
    path += whole ? character.toString("utf8") : String.fromCharCode(0xdc00 + name[at]!);
    at += whole ? length : 1;
  }
  return path;
}

/** How many bytes a character has that begins so, as far as its first byte tells. */
function lengthOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** What the file system takes for a path: the path itself, or its bytes where it is no UTF-8. */
export function fileOf(path: string): string | Buffer {
  if (!/[\ud800-\udfff]/u.test(path)) return path; // with "u", pairs are no surrogates
  const parts = Array.from(path, (character) => {
    const code = character.charCodeAt(0);
    return character.length === 1 && code >= 0xdc80 && code <= 0xdcff
      ? Buffer.of(code - 0xdc00)
      : Buffer.from(character, "utf8");
  });
  return Buffer.concat(parts);
}

/** A name for people: composed as it is typed, and read as Windows-1252 where it is no UTF-8. */
export function readableName(path: string): string {
  const file = fileOf(path);
  return (typeof file === "string" ? file : new TextDecoder("windows-1252").decode(file)).normalize("NFC");
}
