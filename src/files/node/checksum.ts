import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** What tells that a file is the one it should be; git hashes a file behind a line with its length. */
export interface Checksum {
  readonly kind: "MD5" | "SHA-256" | "git SHA-1";
  /** In small hexadecimal digits. */
  readonly hex: string;
}

const algorithms = { MD5: "md5", "SHA-256": "sha256", "git SHA-1": "sha1" } as const;

/** The checksum of a file, in small hexadecimal digits. @throws Error of the file system. */
export async function checksumOf(path: string, kind: Checksum["kind"]): Promise<string> {
  const hash = createHash(algorithms[kind]);
  if (kind === "git SHA-1") hash.update(`blob ${(await stat(path)).size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest("hex");
}
