import { hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { UserError } from "../../errors.js";
import { keepMemoryFunctions } from "../../files/node/settings.js";
import { alone, type Communicator } from "../communicator.js";
import { type Launch, launchOf, patience } from "./launch.js";
import type { Answers, LibraryFacts, Reply, Request, Settings, Started } from "./protocol.js";

/** A communicator of this process, until it is closed. */
export interface OpenCommunicator extends Communicator {
  /** The processes of this machine that share its cores. */
  readonly local: { readonly rank: number; readonly size: number };
  /** The library that carries it; undefined for one process without a launcher. */
  readonly library: LibraryFacts | undefined;
  /** The machine of each rank. */
  readonly hosts: readonly string[];
  /** Ends well, when all ranks do. */
  close(): Promise<void>;
  /** Ends the processes of all ranks, where one has failed. */
  abort(code: number): Promise<void>;
}

/**
 * Joins the other ranks, where an MPI launcher has started this process; without one it is alone, and no library is
 * loaded.
 * @throws UserError where the launcher's library cannot be had, or is another one's.
 * @example
 * ```ts
 * import { openCommunicator } from "senet/node";
 *
 * const ranks = await openCommunicator();
 * const sum = await ranks.allreduce(Float32Array.of(1)); // 8 in each of the processes of mpirun -np 8
 * await ranks.close();
 * console.log(ranks.rank, ranks.size, sum[0]); // 0 1 1
 * ```
 */
export async function openCommunicator(launch: Launch | undefined = launchOf()): Promise<OpenCommunicator> {
  if (launch === undefined) return single;
  keepMemoryFunctions();
  const ending = new Int32Array(new SharedArrayBuffer(4));
  const settings: Settings = { libraries: launch.libraries, patience: patience(), ending };
  const worker = new Worker(new URL("./mpi-worker.js", import.meta.url), { workerData: settings, execArgv: [] });
  const waiting: { resolve: (answer: never) => void; reject: (error: Error) => void }[] = [];
  let failure: Error | undefined;
  const started = await new Promise<Started>((resolve, reject) => {
    worker.on("message", (reply: Reply) => {
      if ("started" in reply) return resolve(reply.started);
      const next = waiting.shift();
      if (waiting.length === 0) worker.unref();
      if ("answer" in reply) return next?.resolve(reply.answer as never);
      failure = reply.callers ? new UserError(reply.error) : new Error(reply.error);
      (next?.reject ?? reject)(failure);
    });
    worker.on("error", (error) => {
      failure = error;
      for (const { reject: fail } of [...waiting.splice(0), { reject }]) fail(error);
    });
  });
  worker.unref(); // work in progress keeps the process alive, a library that waits does not
  checkLaunch(started, launch);

  function ask<K extends Request["kind"]>(
    request: Extract<Request, { kind: K }>,
    transferred: ArrayBuffer[] = [],
  ): Promise<Answers[K]> {
    if (failure !== undefined) return Promise.reject(failure); // the others may be at another call: nothing fits any more
    return new Promise<Answers[K]>((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage(request, transferred);
    });
  }
  const gather = (bytes: Uint8Array<ArrayBuffer>) => ask({ kind: "gather", bytes });
  const { rank, size, local, library } = started;
  const hosts = (await gather(new TextEncoder().encode(hostname()))).map((host) => new TextDecoder().decode(host));
  return {
    ...{ rank, size, local, hosts, library, gather },
    allreduce: (values) => ask({ kind: "allreduce", values }, [values.buffer]),
    broadcast: (bytes = new Uint8Array()) => ask({ kind: "broadcast", bytes }),
    barrier: () => ask({ kind: "barrier" }),
    close: () => ask({ kind: "finish" }),
    abort(code) {
      worker.ref();
      Atomics.store(ending, 0, code);
      worker.postMessage("end");
      return new Promise<never>(() => {}); // MPI ends the process
    },
  };
}

const single: OpenCommunicator = {
  ...alone,
  local: { rank: 0, size: 1 },
  library: undefined,
  hosts: [hostname()],
  close: async () => {},
  abort: async () => {}, // there are no others
};

/** @throws UserError where the library does not belong to the launcher: each process would be alone then. */
function checkLaunch({ rank, size, library }: Started, launch: Launch): void {
  if ((launch.size ?? size) === size && launch.rank === rank) return;
  throw new UserError(
    `got rank ${rank} of ${size} from ${library.version}, but the launcher started rank ${launch.rank} of ${launch.size}; ` +
      "start it with that library's own mpirun, or name the launcher's in SENET_MPI_LIBRARY",
  );
}
