import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { optionError, UserError } from "../../errors.js";

/** What a file that is to be written must not destroy. */
export interface NewFileOptions {
  /** What the caller calls the path: `out` by default; undefined where it has no name. */
  readonly option?: string | undefined;
  /** Whether a file that is there may be replaced. */
  readonly force?: boolean | undefined;
  /** Files and folders that are read for it, which are never replaced; those that are not there are left out. */
  readonly inputs?: readonly (string | undefined)[];
}

/**
 * Checks, before anything is done for a file, that writing it destroys nothing. A model's file stands for the one
 * beside it too that may hold its weights.
 * @throws UserError where a file is there and may not be replaced, or where it is, or a part of, what is read.
 */
export function checkNewFile(path: string, options: NewFileOptions = {}): void {
  const { option, force = false, inputs = [] } = { option: "out", ...options };
  const refused = (about: string) => (option === undefined ? new UserError(about) : optionError(option, about));
  for (const file of /\.onnx$/i.test(path) ? [path, `${path}.data`] : [path]) {
    const input = inputs.find((input) => input !== undefined && readsFrom(input, file));
    if (input !== undefined) throw refused(`got ${path}, which is read from (${input}); choose another name`);
    if (statsOf(file)?.isFile() && !force) throw refused(`${file} is already there; choose another name`);
  }
}

/** Whether a path is a folder that is there, or lies in one. */
export function liesIn(folder: string, path: string): boolean {
  const way = relative(realPathOf(folder), realPathOf(path));
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(way) !== way;
}

/** Whether a file is an input, by whatever name, or lies in one. */
function readsFrom(input: string, file: string): boolean {
  const found = statsOf(input);
  if (found === undefined) return false;
  if (found.isDirectory()) return existsSync(file) && liesIn(input, file);
  return [input, `${input}.data`].some((name) => isSame(statsOf(name), statsOf(file)));
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // such as that of a hub id
  }
}

/** Where a path leads, though its last parts may not be there. */
function realPathOf(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(realPathOf(dirname(whole)), basename(whole));
  }
}
