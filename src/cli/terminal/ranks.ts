import type { OpenCommunicator } from "../../parallel/node/open-communicator.js";
import { speakAs } from "./print.js";

let opened: OpenCommunicator | undefined;

/** Joins the other ranks of an MPI job, where there is one; from then on rank 0 alone speaks, but of mistakes. */
export async function joinRanks(): Promise<OpenCommunicator> {
  const { launchOf } = await import("../../parallel/node/launch.js");
  const { openCommunicator } = await import("../../parallel/node/open-communicator.js");
  const launch = launchOf();
  if (launch !== undefined) speakAs(launch.rank);
  opened = await openCommunicator(launch);
  return opened;
}

/** Leaves the job, which goes well where all ranks do. */
export async function leaveRanks(): Promise<void> {
  await opened?.close();
  opened = undefined;
}

/** Ends the job, where this rank has failed: the others would wait for it. */
export async function endRanks(code: number): Promise<void> {
  await opened?.abort(code);
}
