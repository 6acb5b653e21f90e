import { availableParallelism } from "node:os";
import { allowedProcessors, usableCores } from "../../files/node/machine.js";
import type { OpenCommunicator } from "./open-communicator.js";

/** What a rank tells the others of where it runs. */
interface Place {
  readonly host: string;
  readonly processors: readonly number[] | undefined;
}

/**
 * How many cores this rank may keep busy: of each processor that it may run on an equal share with the ranks that may
 * run there too, and no more than its part of a container's time.
 * @example
 * ```ts
 * import { coresOfRank, openCommunicator } from "senet/node";
 *
 * const ranks = await openCommunicator();
 * console.log((await coresOfRank(ranks)) >= 1); // true
 * await ranks.close();
 * ```
 */
export async function coresOfRank(ranks: OpenCommunicator): Promise<number> {
  if (ranks.size === 1) return usableCores();
  const { local, hosts, rank } = ranks;
  const own: Place = { host: hosts[rank]!, processors: allowedProcessors() };
  const gathered = await ranks.gather(new TextEncoder().encode(JSON.stringify(own)));
  const places = gathered.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Place);
  const here = places.filter(({ host }) => host === own.host);
  const listed = here.flatMap(({ processors }) => (processors === undefined ? [] : [processors]));
  const known = own.processors !== undefined && listed.length === local.size;
  const share = known ? shareOf(own.processors, listed) : Math.floor(availableParallelism() / local.size);
  // A group's time is shared by all ranks in it; what binds them to processors is in the share already.
  const time = Math.floor(usableCores("/", Number.MAX_SAFE_INTEGER) / local.size);
  return Math.max(1, Math.min(share, time));
}

/** Cores of a rank, whole ones, where every processor serves equally all who may run on it. */
export function shareOf(own: readonly number[], all: readonly (readonly number[])[]): number {
  const users = (processor: number) => all.filter((processors) => processors.includes(processor)).length;
  const sum = own.reduce((cores, processor) => cores + 1 / users(processor), 0);
  return Math.max(1, Math.floor(sum + 1e-9));
}
