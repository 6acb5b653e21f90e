import { UserError } from "../../errors.js";
import type { MpiLibrary, Request } from "./mpi-library.js";

/** What all ranks do together, in the thread that calls MPI, which waits meanwhile. */
export interface Collectives {
  allreduce(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer>;
  broadcast(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  gather(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[];
}

/** Numbers that are summed at a time: MPI counts bytes in 31 bits. */
const mostNumbers = 2 ** 24;

/** Bytes that every rank gives to all rather than to the one that sums them: fewer calls where there are few. */
const fewBytes = 4096;

/**
 * @param wait waits for a request.
 */
export function collectivesOver(mpi: MpiLibrary, wait: (request: Request) => void): Collectives {
  const { size } = mpi;
  const collect = (bytes: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(size * bytes.byteLength);
    wait(mpi.collect(bytes, all, bytes.byteLength));
    return all;
  };
  const reduce = (values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> => {
    if (values.byteLength <= fewBytes) return summed(new Float32Array(collect(values).buffer), size);
    const share = Math.ceil(values.length / size);
    const given = padded(values, share * size);
    const mine = new Float32Array(share * size);
    wait(mpi.exchange(given, mine, 4 * share));
    return new Float32Array(collect(summed(mine, size)).buffer, 0, values.length);
  };
  const broadcast = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const length = Float64Array.of(bytes.length);
    wait(mpi.spread(length));
    const all = mpi.rank === 0 ? bytes : new Uint8Array(length[0]!);
    for (const piece of pieces(all)) wait(mpi.spread(piece));
    return all;
  };
  return {
    allreduce(values) {
      if (values.length <= mostNumbers) return reduce(values);
      for (let at = 0; at < values.length; at += mostNumbers) {
        values.set(reduce(values.slice(at, at + mostNumbers)), at);
      }
      return values;
    },
    broadcast,
    gather(bytes) {
      const lengths = new Float64Array(collect(Float64Array.of(bytes.length)).buffer);
      const longest = Math.max(...lengths);
      const all = Array.from(lengths, (length) => new Uint8Array(length));
      for (let at = 0; at < longest; at += mostNumbers) {
        const each = Math.min(mostNumbers, longest - at);
        const given = new Uint8Array(each);
        given.set(bytes.subarray(at, at + each));
        const got = collect(given);
        for (const [rank, own] of all.entries()) {
          const there = Math.max(0, Math.min(each, own.length - at));
          own.set(got.subarray(rank * each, rank * each + there), at);
        }
      }
      return all;
    },
  };
}

/** Sums `size` rows of numbers into one, in double precision and in their order. */
function summed(rows: Float32Array<ArrayBuffer>, size: number): Float32Array<ArrayBuffer> {
  const length = rows.length / size;
  const sums = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let row = i; row < rows.length; row += length) sum += rows[row]!;
    sums[i] = sum;
  }
  return sums;
}

function padded(values: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (values.length === length) return values;
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
}

function* pieces(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += mostNumbers) yield bytes.subarray(at, at + mostNumbers);
}

/** How a thread waits for other ranks. */
export interface Patience {
  /** Seconds until it gives up. */
  readonly seconds: number;
  /** Called again and again while it waits. */
  look(): void;
}

/** Milliseconds that a thread asks again at once, before it sleeps in between: others may need its core. */
const eager = 1;

/** Milliseconds that it sleeps then: longer, the longer it has waited. */
const pause = (waited: number) => Math.min(1, Math.max(0.05, waited / 1000));

/** Seconds that ranks have to say that they are here, once one has given up. */
const rollCall = 3;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Makes what waits for a request and, when some rank has not come in time, finds out which.
 * @throws UserError that names it; the job cannot go on then.
 */
export function waiting(mpi: MpiLibrary, { seconds, look }: Patience): (request: Request) => void {
  const others = Array.from({ length: mpi.size }, (_, rank) => rank).filter((rank) => rank !== mpi.rank);
  return (request) => {
    const started = performance.now();
    let looked = started;
    while (!mpi.isDone(request)) {
      const now = performance.now();
      if (now - started < eager) continue;
      look();
      // Another may have given up on a third one before us.
      const called = now - looked > 500 && others.some((rank) => mpi.hasAnnounced(rank));
      if (called || now - started > 1000 * seconds) throw missing(mpi, others, (now - started) / 1000);
      if (now - looked > 500) looked = now;
      Atomics.wait(sleeper, 0, 0, pause(now - started));
    }
  };
}

/** Calls the roll: everybody who waits says so, and whoever does not is missing. */
function missing(mpi: MpiLibrary, others: readonly number[], waited: number): UserError {
  for (const rank of others) mpi.announceTo(rank);
  const until = performance.now() + 1000 * rollCall;
  while (performance.now() < until) {
    for (const rank of others) mpi.hasAnnounced(rank); // lets messages come in
    Atomics.wait(sleeper, 0, 0, 10);
  }
  const gone = others.filter((rank) => !mpi.hasAnnounced(rank));
  const who = gone.length === 0 ? "the network" : `${gone.length === 1 ? "rank" : "ranks"} ${gone.join(", ")}`;
  return new UserError(
    `got no answer from ${who} for ${Math.round(waited)} s; the job ends, and can go on from its last checkpoint`,
  );
}
