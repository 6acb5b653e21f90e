import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { nearest, UserError } from "../../errors.js";
import { fetchFile } from "../../files/node/fetch/fetch-file.js";
import type { FetchOptions } from "../../files/node/fetch/fetch-request.js";
import { unpack } from "../../files/node/unpack.js";
import { addressOf, type DataHome, homes } from "../homes.js";

/** What a caller may follow while a dataset is fetched. */
export interface FetchDatasetOptions extends FetchOptions {
  /** The folder of a mirror that has the same files. */
  readonly base?: string | undefined;
  /** Called when a file's turn comes. */
  readonly onFile?: ((name: string) => void) | undefined;
  /** Called with the number of files unpacked so far. */
  readonly onUnpack?: ((files: number) => void) | undefined;
}

/** The home of a dataset. @throws UserError for a name that has none. */
export function homeOf(name: string): DataHome {
  if (Object.hasOwn(homes, name)) return homes[name]!;
  const near = nearest(name, Object.keys(homes));
  const about = `got "${name}"; expected one of ${Object.keys(homes).join(", ")}${near ? `; did you mean "${near}"?` : ""}`;
  throw new UserError(`fetchDataset: ${about}`, { option: "dataset", about });
}

/**
 * Fetches a dataset from its public home, or a mirror, and unpacks what must be.
 * @returns what to give as `--data`.
 * @example
 * ```ts
 * import { fetchDataset, openDataset } from "senet/node";
 *
 * const dataset = await openDataset(await fetchDataset("imagenette-160", "data"), { size: 128 });
 * console.log(dataset.classes.length); // 10
 * ```
 */
export async function fetchDataset(name: string, folder: string, options: FetchDatasetOptions = {}): Promise<string> {
  const home = homeOf(name);
  const { unpacks } = home;
  if (unpacks !== undefined && (await stat(join(folder, unpacks)).catch(() => undefined))) return home.spec(folder);
  for (const file of home.files) {
    options.onFile?.(file.name);
    const target = join(folder, file.name);
    const checksum = file.md5 === undefined ? undefined : ({ kind: "MD5", hex: file.md5 } as const);
    await fetchFile({ url: addressOf(file, options.base), target, bytes: file.bytes, checksum }, options);
    if (unpacks === undefined) continue;
    const arrange = name === "tiny-imagenet" ? sortValidation : undefined;
    await unpack(target, folder, unpacks, { signal: options.signal, onProgress: options.onUnpack, arrange });
    await rm(target);
  }
  return home.spec(folder);
}

/**
 * Tiny ImageNet has its images for validation in one folder, and their classes in a table: FILE, CLASS and four
 * numbers, with tabs between. This gives each class its folder.
 */
export async function sortValidation(folder: string): Promise<void> {
  const val = join(folder, "val");
  const table = await readFile(join(val, "val_annotations.txt"), "utf8");
  const made = new Set<string>();
  for (const line of table.split("\n")) {
    const [file, label] = line.trim().split("\t");
    if (!file || !label) continue;
    if (!/^[\w.-]+$/.test(file) || !/^\w+$/.test(label)) {
      throw new UserError(`${val}/val_annotations.txt: got "${line.slice(0, 80)}"; expected a file and its class`);
    }
    if (!made.has(label)) await mkdir(join(val, label), { recursive: true });
    made.add(label);
    await rename(join(val, "images", file), join(val, label, file));
  }
  await rm(join(val, "images"), { recursive: true });
}
