import { UserError } from "../errors.js";
import { type ByteSource, memorySource } from "./byte-source.js";
import type { NamedBytes } from "./named-bytes.js";

const block = 512;

/** A regular file inside a tar archive. */
export interface TarEntry {
  readonly path: string;
  /** Where its content starts. */
  readonly offset: number;
  readonly length: number;
}

/**
 * The regular files of a tar archive, by path, as views of its bytes; links, folders and devices are left out.
 * @throws UserError as {@link tarEntries}.
 */
export function readTar({ bytes, source }: NamedBytes): Map<string, Uint8Array> {
  const entries = [...tarEntries(memorySource(bytes, source))];
  return new Map(entries.map(({ path, offset, length }) => [path, bytes.subarray(offset, offset + length)]));
}

/**
 * Finds the regular files of a tar archive, reading headers only.
 * Reads ustar, and the long names that GNU and pax archives keep in an entry of their own.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
 * @throws UserError when a header's checksum is wrong, or the archive ends early.
 */
export function* tarEntries(archive: ByteSource): Generator<TarEntry, void, undefined> {
  let override: { path?: string; size?: number } = {}; // from the entry before, for the next one
  const { name: source, size: total } = archive;
  for (let at = 0; ; ) {
    if (at + block > total) throw truncated(source, `byte ${at}, where a header or the closing empty block is due`);
    const header = archive.read(at, block);
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header, at, source);

    const type = String.fromCharCode(header[156]!);
    const size = override.size ?? number(header, 124, 12);
    const path = override.path ?? headerPath(header);
    if (!(size >= 0)) {
      throw new UserError(
        `${source}: got size ${size} for "${path}"; expected bytes from 0; it is corrupt, fetch it again`,
      );
    }
    const end = at + block + size;
    if (end > total) throw truncated(source, `byte ${total} inside "${path}", which goes on to ${end}`);

    if (type === "L") override = { ...override, path: text(archive.read(at + block, size), 0, size) };
    else if (type === "x") override = { ...override, ...paxRecords(archive.read(at + block, size)) };
    else if (type !== "g") {
      if (type === "0" || type === "\0") yield { path, offset: at + block, length: size };
      override = {};
    }
    at = at + block + Math.ceil(size / block) * block;
  }
}

function truncated(source: string, where: string): UserError {
  return new UserError(`${source}: got an archive that ends at ${where}; it is truncated, fetch it again`);
}

function checkHeader(header: Uint8Array, at: number, source: string): void {
  // The checksum is the sum of the header's bytes with its own eight taken as spaces.
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  const stored = number(header, 148, 8);
  if (stored === sum) return;
  const fix = at === 0 ? "it is not a tar archive" : "it is corrupt, fetch it again";
  throw new UserError(`${source}: got checksum ${stored} in the header at byte ${at}; expected ${sum}; ${fix}`);
}

function headerPath(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 6) === "ustar" && header[262] === 0 ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** A field of octal digits, or of big-endian bytes where the first has its high bit set (GNU, from 8 GiB on). */
function number(header: Uint8Array, at: number, length: number): number {
  if (header[at]! < 0x80) return Number.parseInt(text(header, at, length).trim() || "0", 8);
  let value = header[at]! & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + header[i]!;
  return value;
}

/** The text of a field up to its first NUL. */
function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** The path and the size among the records "LENGTH KEY=VALUE\n" of a pax header. */
function paxRecords(content: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(text(content, at, 20), 10);
    if (!(length > 0)) break;
    const record = text(content, at, length - 1);
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(record) ?? [];
    if (key === "path" && value !== undefined) found.path = value;
    if (key === "size" && value !== undefined) found.size = Number(value);
    at += length;
  }
  return found;
}
