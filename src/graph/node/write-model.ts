import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { checkReplaceable } from "../../files/node/replaceable.js";
import type { Model } from "../graph.js";
import { type WriteOptions, writeOnnxPieces, writeOnnxSplit } from "../onnx/write-onnx.js";

/** How a model is written. */
export interface WriteModelOptions extends WriteOptions {
  /** Puts the weights into a file `<path>.data` of their own; needed beyond 2 GB, and then done by itself. */
  readonly split?: boolean;
}

/** A protobuf file holds less than 2 GiB; what is not weights is far below the margin. */
const LARGEST_FILE = 2 ** 31 - 2 ** 26;

/**
 * Writes a model as `path`, and where it has too many weights for one file `<path>.data` beside it. Each file is whole
 * or not there; what was there before is replaced.
 * @throws Error of the file system, such as ENOSPC, or as `writeOnnx`.
 */
export function writeModel(
  path: string,
  { graph, weights }: Model,
  { split = false, opset }: WriteModelOptions = {},
): void {
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (split || bytes > LARGEST_FILE) {
    const { model, pieces } = writeOnnxSplit(graph, weights, basename(`${path}.data`), { opset });
    writeWhole(`${path}.data`, pieces);
    writeWhole(path, [model]);
  } else {
    writeWhole(path, writeOnnxPieces(graph, weights, { opset }));
  }
}

/** Writes beside and renames, so that a file is never there in part. */
function writeWhole(path: string, pieces: readonly Uint8Array[]): void {
  checkReplaceable(path);
  const beside = `${path}.${process.pid}.part`;
  const descriptor = openSync(beside, "w");
  try {
    for (const piece of pieces) writeAll(descriptor, piece);
    fsyncSync(descriptor);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, Math.min(bytes.length - done, LARGEST_WRITE));
  }
}

/** What the system writes in one call, in bytes. */
const LARGEST_WRITE = 2 ** 30;
