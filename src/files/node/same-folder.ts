import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../errors.js";
import { liesIn } from "./new-file.js";

/**
 * Checks where the links of a file that another one names lead: into the folder of the other, or to where the other's
 * own link leads, as in the cache of the hub, whose snapshots are links into one folder.
 * @param what what names it, for the error.
 * @throws UserError when it lies elsewhere: what comes with a download must not read what else is on the machine.
 */
export function checkBeside(file: string, named: string, what: string): void {
  let real: string;
  try {
    real = realpathSync(named);
  } catch {
    return; // whoever reads it says that it is not there
  }
  const homes = [dirname(file), dirname(realpathSync(file))];
  if (homes.some((home) => liesIn(home, real))) return;
  throw new UserError(`got ${what} in ${named}, a link out of the folder; expected a file in the folder of ${file}`);
}
