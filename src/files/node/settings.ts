import { homedir } from "node:os";
import { join } from "node:path";

/** The environment's variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of this process. No other file reads them: whoever needs one asks here, or is told by an option. */
export const environmentVariables: Environment = process.env;

/** What a server's clients must show, `SENET_API_KEY`: a flag would be seen by everybody who lists processes. */
export function serverKey({ SENET_API_KEY }: Environment = environmentVariables): string | undefined {
  return SENET_API_KEY || undefined;
}

/** The folder of the user's caches: `XDG_CACHE_HOME`, or `~/.cache`. An empty variable is none. */
export function cacheHome({ XDG_CACHE_HOME }: Environment = environmentVariables): string {
  return XDG_CACHE_HOME || join(homedir(), ".cache");
}

/** The folder of a mirror with the files of datasets, `SENET_DATA_BASE`; undefined for their public homes. */
export function dataMirror({ SENET_DATA_BASE }: Environment = environmentVariables): string | undefined {
  return SENET_DATA_BASE;
}
