import { homedir } from "node:os";
import { join } from "node:path";

/** The environment's variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder in which programs keep what they can make or fetch again: `~/.cache`, or what `XDG_CACHE_HOME` says.
 * Source: XDG Base Directory Specification.
 */
export function cacheHome(environment: Environment = process.env): string {
  return environment.XDG_CACHE_HOME || join(homedir(), ".cache"); // an empty variable is none
}
