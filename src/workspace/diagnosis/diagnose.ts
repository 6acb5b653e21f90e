import { availableParallelism } from "node:os";
import { usableMemory } from "../../files/node/machine.js";
import type { OpenCommunicator } from "../../parallel/node/open-communicator.js";
import type { LibraryFacts } from "../../parallel/node/protocol.js";
import { environment } from "../run/environment.js";

/** What computes here. */
export interface Diagnosis {
  readonly environment: ReturnType<typeof environment>;
  /** ONNX Runtime with its device. */
  readonly engine: string;
  /** Channels in a block of the engine's convolutions; absent where it has no such layout. */
  readonly channelBlock?: number;
  /** Bytes. */
  readonly memory: number;
  /** Processors that the system would let this process run on. */
  readonly processors: number;
  readonly mpi: MpiDiagnosis;
}

/** The ranks of this job and what carries them; a library is absent without a launcher. */
export interface MpiDiagnosis {
  readonly library?: LibraryFacts;
  /** Libraries that could carry a job, where no launcher has started this one; absent where koffi is missing. */
  readonly found?: readonly { readonly name: string; readonly version: string }[];
  readonly ranks: readonly RankDiagnosis[];
}

/** One rank. */
export interface RankDiagnosis {
  readonly host: string;
  /** Threads that its engine will have. */
  readonly threads: number;
}

/** How fast numbers are summed over all ranks. */
export interface SumSpeed {
  readonly megabytes: number;
  /** The least of several. */
  readonly milliseconds: number;
  /** Bytes that a rank gets summed in a second. */
  readonly bytesPerSecond: number;
}

/**
 * Looks at the engine, this machine and the job's ranks. All ranks call it.
 * @example
 * ```ts
 * import { diagnose, openCommunicator } from "senet/node";
 *
 * const ranks = await openCommunicator();
 * const { engine, mpi } = await diagnose(ranks);
 * await ranks.close();
 * console.log(engine.split(" ")[0], mpi.ranks.length); // onnxruntime-node 1
 * ```
 */
export async function diagnose(ranks: OpenCommunicator): Promise<Diagnosis> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { coresOfRank } = await import("../../parallel/node/cores-of-rank.js");
  const { findLibraries } = await import("../../parallel/node/find-library.js");
  const threads = await coresOfRank(ranks);
  const runtime = nodeRuntime({ threads });
  const channelBlock = await runtime.channelBlock();
  await runtime.close();
  const all = await ranks.gather(new Uint8Array(Uint16Array.of(threads).buffer));
  const found = ranks.library === undefined ? await findLibraries() : undefined;
  return {
    environment: environment(),
    engine: runtime.name,
    ...(channelBlock !== undefined && { channelBlock }),
    memory: usableMemory(),
    processors: availableParallelism(),
    mpi: {
      ...(ranks.library && { library: ranks.library }),
      ...(found && { found }),
      ranks: all.map((bytes, rank) => ({ host: ranks.hosts[rank]!, threads: new Uint16Array(bytes.buffer)[0]! })),
    },
  };
}

/**
 * Times sums over all ranks, which call it together.
 * @param sizes in millions of bytes.
 * @example
 * ```ts
 * import { openCommunicator, timeSums } from "senet/node";
 *
 * const ranks = await openCommunicator();
 * const [speed] = await timeSums(ranks, [1]);
 * await ranks.close();
 * console.log(speed?.megabytes); // 1
 * ```
 */
export async function timeSums(ranks: OpenCommunicator, sizes: readonly number[] = [1, 10, 100]): Promise<SumSpeed[]> {
  const speeds: SumSpeed[] = [];
  for (const megabytes of sizes) {
    let milliseconds = Number.POSITIVE_INFINITY;
    let values = new Float32Array(megabytes * 250_000);
    for (let turn = 0; turn < 5; turn++) {
      await ranks.barrier();
      const started = performance.now();
      values = await ranks.allreduce(values);
      milliseconds = Math.min(milliseconds, performance.now() - started);
    }
    speeds.push({ megabytes, milliseconds, bytesPerSecond: (1e9 * megabytes) / milliseconds });
  }
  return speeds;
}
