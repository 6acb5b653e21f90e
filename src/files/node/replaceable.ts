import { statSync } from "node:fs";

/**
 * Says whether a file may be renamed to `path`: what is there must be a file, too. A device or a pipe, such as /dev/null,
 * would be gone for everybody.
 * @throws Error when something else is there.
 */
export function checkReplaceable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new Error(found.isDirectory() ? "it is a folder" : "it is no file");
}
