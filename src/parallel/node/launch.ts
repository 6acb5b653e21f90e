import { type Environment, environmentVariables } from "../../files/node/settings.js";

/** How a launcher such as mpirun or srun has started this process. */
export interface Launch {
  /** The libraries that speak with such a launcher, the likeliest first. */
  readonly libraries: readonly string[];
  readonly rank: number;
  /** Undefined where the launcher does not say. */
  readonly size: number | undefined;
}

/** By soname: without a version the name belongs to development files, and may be another's. */
const openMpi = ["libmpi.so.40", "libmpi.40.dylib"];
const mpich = ["libmpi.so.12", "libmpich.so.12", "libmpi.12.dylib"];
/** Of the binary interface that MPI 5.0 lays down. */
const standard = ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.1.dylib"];

/** All of them. */
export const launcherLibraries: readonly string[] = [...openMpi, ...mpich, ...standard];

/**
 * Reads what launchers leave in the environment: mpirun of Open MPI, Hydra of the MPICH family, PMIx of srun. Undefined
 * where there was none. The variables of a Slurm job alone say nothing: its batch script has them too.
 */
export function launchOf(environment: Environment = environmentVariables): Launch | undefined {
  const { OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE, PMI_RANK, PMI_SIZE, PMIX_RANK } = environment;
  const { SENET_MPI_LIBRARY, SLURM_STEP_NUM_TASKS } = environment;
  const launch = (libraries: readonly string[], rank: string, size: string | undefined): Launch => ({
    libraries: SENET_MPI_LIBRARY ? [SENET_MPI_LIBRARY] : libraries,
    rank: Number(rank),
    size: size === undefined ? undefined : Number(size),
  });
  if (OMPI_COMM_WORLD_RANK) return launch([...openMpi, ...standard], OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE);
  if (PMI_RANK) return launch([...mpich, ...standard], PMI_RANK, PMI_SIZE);
  if (PMIX_RANK) return launch(launcherLibraries, PMIX_RANK, SLURM_STEP_NUM_TASKS);
  return undefined;
}

/** Seconds that a rank waits for the others before it ends the job: `SENET_MPI_TIMEOUT`, or ten minutes. */
export function patience({ SENET_MPI_TIMEOUT }: Environment = environmentVariables): number {
  const seconds = Number(SENET_MPI_TIMEOUT);
  return seconds > 0 ? seconds : 600;
}
