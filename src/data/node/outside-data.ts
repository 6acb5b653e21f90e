import { existsSync } from "node:fs";
import { join } from "node:path";
import { optionError } from "../../errors.js";
import { liesIn } from "../../files/node/new-file.js";
import { partsOf } from "./open.js";

/** Folders inside that of a dataset that hold its images, where there are some. */
const splits = ["train", "val", "valid", "validation", "test"];

/**
 * Checks that what is written is not taken for a class of the dataset the next time.
 * @param path a file or folder that is to be made.
 * @throws UserError where it lies in a folder whose folders are classes.
 */
export function checkOutsideData(path: string, spec: string, option = "out"): void {
  const { name, path: home } = partsOf(spec);
  if (name !== "folder" && name !== "imagenet") return;
  const inside = splits.map((split) => join(home, split)).filter((folder) => existsSync(folder));
  const folder = (inside.length === 0 ? [home] : inside).find((folder) => liesIn(folder, path));
  if (folder === undefined) return;
  throw optionError(
    option,
    `got ${path}, which lies in the data (${folder}) and would be taken for a class; choose a place outside it`,
  );
}
