import { parentPort, workerData } from "node:worker_threads";
import { UserError } from "../../errors.js";
import { collectivesOver, waiting } from "./collectives.js";
import { MpiLibrary } from "./mpi-library.js";
import type { Reply, Request, Settings } from "./protocol.js";

// A call of MPI that waits for other ranks would stop the event loop, and all calls must come from one thread: this one.

const { libraries, patience, ending } = workerData as Settings;
const reply = (message: Reply, transferred: ArrayBuffer[] = []) => parentPort!.postMessage(message, transferred);
const failed = (error: unknown): Reply => ({
  error: error instanceof Error ? error.message : String(error),
  callers: error instanceof UserError,
});

try {
  const mpi = await MpiLibrary.open(libraries);
  const endIfAsked = () => {
    const code = Atomics.load(ending, 0);
    if (code !== 0) mpi.abort(code);
  };
  const collectives = collectivesOver(mpi, waiting(mpi, { seconds: patience, look: endIfAsked }));
  parentPort!.on("message", (request: Request | "end") => {
    endIfAsked();
    if (request === "end") return;
    try {
      switch (request.kind) {
        case "allreduce": {
          const values = collectives.allreduce(request.values);
          return reply({ answer: values }, [values.buffer]);
        }
        case "broadcast":
          return reply({ answer: collectives.broadcast(request.bytes) });
        case "gather":
          return reply({ answer: collectives.gather(request.bytes) });
        case "barrier":
          collectives.gather(new Uint8Array());
          return reply({ answer: undefined });
        case "finish":
          mpi.finish();
          reply({ answer: undefined });
          return parentPort!.close();
      }
    } catch (error) {
      reply(failed(error));
    }
  });
  const { rank, size, local, name, version, abi } = mpi;
  reply({ started: { rank, size, local, library: { name, version, abi } } });
} catch (error) {
  reply(failed(error));
}
