/** One entry for {@link buildTar}: by default a regular file. */
export interface TarEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly type?: string;
  readonly prefix?: string;
}

/** A ustar archive of `entries`, closed by two empty blocks. */
export function buildTar(entries: readonly TarEntry[]): Uint8Array {
  return concat([
    ...entries.flatMap(({ content = "", ...entry }) => block(entry, toBytes(content))),
    new Uint8Array(1024),
  ]);
}

/** The parts in one array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function block({ name, type = "0", prefix = "" }: TarEntry, content: Uint8Array): Uint8Array[] {
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(toBytes(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(124, `${content.length.toString(8).padStart(11, "0")}\0`);
  put(148, "        ");
  put(156, type);
  put(257, "ustar\x0000");
  put(345, prefix);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  put(148, `${checksum.toString(8).padStart(6, "0")}\0 `);
  return [header, content, new Uint8Array(-content.length & 511)];
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
