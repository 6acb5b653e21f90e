import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { launchers, mpirun } from "../../testing/mpirun.js";
import { alone } from "../communicator.js";
import { shareOf } from "./cores-of-rank.js";
import { launchOf, patience } from "./launch.js";

const rank = fileURLToPath(new URL("./rank.test.helper.js", import.meta.url));

describe.each(launchers)("$name", (launcher) => {
  const job = async (ranks: number, task: string) => {
    const { stdout, stderr, code } = await mpirun(launcher, ranks, [rank, task]);
    expect([stderr, code]).toEqual(["", 0]);
    return stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };

  it.skipIf(!launcher.command)("starts ranks that know each other, and the library", async () => {
    const facts = (await job(2, "facts")) as { rank: number }[];
    const about = {
      ...{ size: 2, hosts: 2 },
      library: expect.objectContaining({ abi: launcher.name, version: expect.stringContaining(launcher.name) }),
    };
    expect(facts.sort((a, b) => a.rank - b.rank)).toEqual([
      { rank: 0, local: { rank: 0, size: 2 }, ...about },
      { rank: 1, local: { rank: 1, size: 2 }, ...about },
    ]);
  });

  it.skipIf(!launcher.command)("sums in double precision, in the order of the ranks, to the same bits", async () => {
    expect(await job(3, "sums")).toEqual(Array(3).fill({ wrong: [] }));
  });

  it.skipIf(!launcher.command)("broadcasts and gathers bytes of any length", async () => {
    expect(await job(3, "bytes")).toEqual(Array(3).fill({ spread: [1, 2, 3], gathered: ["", "1", "22"], none: 0 }));
  });

  it.skipIf(!launcher.command)("leaves the event loop free while a rank waits", async () => {
    expect(await job(2, "loop")).toEqual([{ turned: true }, { turned: true }]);
  });

  it.skipIf(!launcher.command)("names a rank that does not come, and ends the job", async () => {
    const { stdout, code } = await mpirun(launcher, 3, [rank, "late"], { SENET_MPI_TIMEOUT: "1" });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/^UserError: got no answer from rank 1 for \d s; the job ends/);
    expect(stdout).not.toMatch(/rank[s]? [02]/);
  });
});

describe("without a launcher", () => {
  it("a process is alone, and Slurm's variables alone are no launcher's", () => {
    expect(launchOf({})).toBeUndefined();
    expect(launchOf({ SLURM_PROCID: "0", SLURM_NTASKS: "4" })).toBeUndefined();
  });

  it("all that ranks do together is done", async () => {
    const values = Float32Array.of(1, 2);
    expect(await alone.allreduce(values)).toBe(values);
    expect(await alone.broadcast(Uint8Array.of(3))).toEqual(Uint8Array.of(3));
    expect(await alone.gather(Uint8Array.of(4))).toEqual([Uint8Array.of(4)]);
  });
});

describe("launchers", () => {
  it.each([
    ["Open MPI", { OMPI_COMM_WORLD_RANK: "3", OMPI_COMM_WORLD_SIZE: "8", PMIX_RANK: "3" }, "libmpi.so.40", 3, 8],
    ["the MPICH family", { PMI_RANK: "0", PMI_SIZE: "2" }, "libmpi.so.12", 0, 2],
    ["srun with PMIx", { PMIX_RANK: "1", SLURM_STEP_NUM_TASKS: "4", SLURM_PROCID: "1" }, "libmpi.so.40", 1, 4],
    ["a library of one's own", { PMI_RANK: "0", SENET_MPI_LIBRARY: "/opt/libmpi.so" }, "/opt/libmpi.so", 0, undefined],
  ])("%s is known by what it leaves in the environment", (_, environment, library, rank, size) => {
    const launch = launchOf(environment);
    expect([launch?.libraries[0], launch?.rank, launch?.size]).toEqual([library, rank, size]);
  });

  it("have ten minutes by default", () => {
    expect([patience({}), patience({ SENET_MPI_TIMEOUT: "30" })]).toEqual([600, 30]);
  });
});

describe("cores of a rank", () => {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  it.each([
    ["two ranks on all of eight", range(0, 8), [range(0, 8), range(0, 8)], 4],
    ["two ranks bound to four each", range(0, 4), [range(0, 4), range(4, 8)], 4],
    ["two ranks bound to one each", [0], [[0], [1]], 1],
    ["three ranks on eight", range(0, 8), [range(0, 8), range(0, 8), range(0, 8)], 2],
    ["more ranks than cores", [0], [[0], [0], [0]], 1],
    ["ranks that share some", range(0, 6), [range(0, 6), range(4, 8)], 5],
  ])("%s", (_, own, all, cores) => {
    expect(shareOf(own, all)).toBe(cores);
  });
});
