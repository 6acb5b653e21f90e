/** Processes that do one piece of work together; each is a rank, counted from 0. All of them make the same calls. */
export interface Communicator {
  readonly rank: number;
  readonly size: number;
  /**
   * Sums numbers over all ranks, entry by entry: added in double precision in the order of the ranks and rounded once,
   * so that every rank has the same bits, whatever carries them.
   * @param values are taken over; the result may be the same memory.
   * @throws UserError that names the ranks that did not come.
   */
  allreduce(values: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /** Gives every rank the bytes of rank 0; others give none. */
  broadcast(bytes?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives every rank the bytes of all, in the order of the ranks. */
  gather(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>[]>;
  /** Waits until all ranks are here. */
  barrier(): Promise<void>;
}

/**
 * A communicator of one process.
 * @example
 * ```ts
 * import { alone } from "senet/step";
 *
 * console.log(await alone.allreduce(Float32Array.of(1, 2))); // Float32Array(2) [ 1, 2 ]
 * ```
 */
export const alone: Communicator = {
  rank: 0,
  size: 1,
  allreduce: async (values) => values,
  broadcast: async (bytes = new Uint8Array()) => bytes,
  gather: async (bytes) => [bytes],
  barrier: async () => {},
};
