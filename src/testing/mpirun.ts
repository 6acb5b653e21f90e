import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

/** An MPI that is installed here: how it starts so many processes of a program. */
export interface Launcher {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly command: string | undefined;
  readonly flags: readonly string[];
}

/** What a job has printed, and its exit code. */
export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

const openMpi = ["--oversubscribe", "--allow-run-as-root", "--bind-to", "none"];

/** Open MPI and MPICH as Debian installs them side by side, or the one there is. */
export const launchers: readonly Launcher[] = [
  { name: "Open MPI", command: await found(["mpirun.openmpi", "mpirun"], /Open ?(RTE|MPI)/), flags: openMpi },
  { name: "MPICH", command: await found(["mpirun.mpich", "mpirun"], /HYDRA/), flags: [] },
];

/** The first of some programs that says it is what is looked for. */
async function found(names: readonly string[], says: RegExp): Promise<string | undefined> {
  for (const name of names) {
    const text = await promisify(execFile)(name, ["--version"]).then(
      ({ stdout }) => stdout,
      () => "",
    );
    if (says.test(text)) return name;
  }
  return undefined;
}

/** The command line of a job of so many ranks. */
export function jobOf({ command, flags }: Launcher, ranks: number, program: readonly string[]): [string, string[]] {
  return [command!, [...flags, "-np", String(ranks), process.execPath, ...program]];
}

/** Runs a program of Node as so many ranks. */
export async function mpirun(
  launcher: Launcher,
  ranks: number,
  program: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const [command, args] = jobOf(launcher, ranks, program);
  const job = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  job.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  job.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => job.on("close", resolve));
  return { stdout, stderr, code };
}
