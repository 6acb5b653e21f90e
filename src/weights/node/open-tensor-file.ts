import { basename, dirname, join } from "node:path";
import * as z from "zod/mini";
import { quoted, UserError } from "../../errors.js";
import type { ByteSource } from "../../files/byte-source.js";
import { OpenFile } from "../../files/node/open-file.js";
import { checkBeside } from "../../files/node/same-folder.js";
import { withModelFile } from "../../graph/node/read-model.js";
import { Message } from "../../graph/onnx/protobuf.js";
import { readMetadata } from "../../graph/onnx/read-onnx.js";
import { openInitializers } from "../onnx-initializers.js";
import { openPth } from "../pth/pth.js";
import { openSafetensors } from "../safetensors/safetensors.js";
import type { TensorListing } from "../tensor-listing.js";

/** A file of tensors while it is open. */
export type OpenTensorFile = TensorListing & {
  readonly format: "pth" | "safetensors" | "onnx";
  /** What an `.onnx` model says about itself. */
  readonly metadata?: ReadonlyMap<string, string>;
};

/**
 * Opens a file of tensors for as long as `use` takes: a PyTorch checkpoint, a `.safetensors` file, the `.index.json` of
 * one in several files, or an `.onnx` model. Tensors are read one by one, so that no file is held twice.
 * @throws UserError in one line when it cannot be read or is none of these.
 * @example
 * ```ts
 * import { openTensorFile } from "senet/node";
 *
 * const names = openTensorFile("weights.safetensors", {}, ({ entries }) => entries.map(({ name }) => name));
 * console.log(names[0]); // conv1.weight
 * ```
 */
export function openTensorFile<T>(
  path: string,
  { entry }: { readonly entry?: string | undefined },
  use: (file: OpenTensorFile) => T,
): T {
  if (/\.onnx$/i.test(path)) {
    return withModelFile(path, (bytes, external) => {
      const listing = openInitializers(bytes, path, external);
      return use({ format: "onnx", ...listing, metadata: readMetadata(new Message(bytes)) });
    });
  }
  const files: OpenFile[] = [];
  const open = (name: string) => {
    const file = new OpenFile(name);
    files.push(file);
    return file;
  };
  try {
    const file = open(path);
    if (/\.json$/i.test(path)) return use({ format: "safetensors", ...openShards(path, file, open) });
    if (looksLikeSafetensors(file)) return use({ format: "safetensors", ...openSafetensors(file) });
    return use({ format: "pth", ...openPth(file, { entry }) });
  } finally {
    for (const file of files) file.close();
  }
}

/** A JSON text after a length of eight bytes, or at least the name of one. */
function looksLikeSafetensors(file: ByteSource): boolean {
  return /\.safetensors$/i.test(file.name) || (file.size > 9 && file.read(8, 1)[0] === 0x7b);
}

const index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The longest index that is read, in bytes. */
const LONGEST_INDEX = 2 ** 26;

/**
 * One `.safetensors` file in several, as transformers and timm write large ones: the index says which file has which
 * tensor. @throws UserError when a file lies elsewhere, or index and files do not say the same.
 */
function openShards(path: string, file: OpenFile, open: (path: string) => OpenFile): TensorListing {
  const map = readIndex(path, file);
  const shards = new Map<string, TensorListing>();
  for (const name of filesIn(map, path)) {
    const shard = join(dirname(path), name);
    checkBeside(path, shard, "tensors");
    shards.set(name, openSafetensors(open(shard)));
  }
  const entries = [...shards].flatMap(([shard, listing]) => listing.entries.map((entry) => ({ ...entry, shard })));
  const wrong = entries.find(({ name, shard }) => map.get(name) !== shard);
  if (wrong !== undefined || entries.length !== map.size) {
    const names = new Set(entries.map(({ name }) => name));
    const what = wrong?.name ?? [...map.keys()].find((name) => !names.has(name));
    throw new UserError(`${path}: got an index that differs from its files about "${quoted(what!)}"; give all files`);
  }
  return { entries, notices: [], read: (name) => shards.get(map.get(name)!)!.read(name) };
}

/** The names of the files that an index is of. @throws UserError as `openTensorFile`. */
export function shardsOf(path: string): string[] {
  const file = new OpenFile(path);
  try {
    return filesIn(readIndex(path, file), path);
  } finally {
    file.close();
  }
}

function filesIn(map: ReadonlyMap<string, string>, path: string): string[] {
  const names = [...new Set(map.values())];
  const stray = names.find((name) => basename(name) !== name || !/^[\w.-]+\.safetensors$/.test(name));
  if (stray === undefined) return names;
  throw new UserError(`${path}: got tensors in "${quoted(stray)}"; expected a .safetensors file in the same folder`);
}

function readIndex(path: string, file: OpenFile): Map<string, string> {
  try {
    if (file.size > LONGEST_INDEX) throw new RangeError("too long");
    const { weight_map } = index.parse(JSON.parse(new TextDecoder().decode(file.read(0, file.size))));
    return new Map(Object.entries(weight_map));
  } catch {
    throw new UserError(
      `${path}: got no index of tensors; expected JSON with a weight_map, such as model.safetensors.index.json`,
    );
  }
}
