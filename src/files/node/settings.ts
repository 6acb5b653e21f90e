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

/**
 * Keeps MPI's transports from writing hooks into the code of memory functions, unless the user wants them: they take a
 * process for one of a single thread, and another thread of this one may be in that very function.
 */
export function keepMemoryFunctions(environment: NodeJS.ProcessEnv = process.env): void {
  environment.UCX_MEM_MMAP_HOOK_MODE ??= "none"; // UCX, under MPICH and Open MPI
  environment.OMPI_MCA_memory ??= "^patcher"; // Open MPI's own
}

/** The folder of the user's caches: `XDG_CACHE_HOME`, or `~/.cache`. An empty variable is none. */
export function cacheHome({ XDG_CACHE_HOME }: Environment = environmentVariables): string {
  return XDG_CACHE_HOME || join(homedir(), ".cache");
}

/** The folder of a mirror with the files of datasets, `SENET_DATA_BASE`; undefined for their public homes. */
export function dataMirror({ SENET_DATA_BASE }: Environment = environmentVariables): string | undefined {
  return SENET_DATA_BASE;
}
