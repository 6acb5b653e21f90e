import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { allowedProcessors, checkFits, threadBound, usableCores, usableMemory, workerBound } from "./machine.js";

const folder = mkdtempSync(join(tmpdir(), "senet-machine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A system with these files. */
function system(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

// The forms in which Linux shows control groups. Source: cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
describe("usableCores", () => {
  it.each([
    ["no groups", {}, 16],
    ["v2 without a limit", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n" }, 16],
    ["v2 in a container", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "250000 100000\n" }, 2],
    ["v2 of less than a core", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n" }, 1],
    [
      "v2 of a group around",
      {
        "proc/self/cgroup": "0::/a/b\n",
        "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
        "sys/fs/cgroup/a/cpu.max": "300000 100000\n",
      },
      3,
    ],
    ["v2 cpuset", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpuset.cpus.effective": "0-3,8\n" }, 5],
    [
      "v1 by its whole path",
      {
        "proc/self/cgroup": "5:memory:/x\n4:cpu,cpuacct:/docker/abc\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "400000\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
      },
      4,
    ],
    [
      "v1 that hides the groups around",
      {
        "proc/self/cgroup": "4:cpu,cpuacct:/docker/abc\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      2,
    ],
    [
      "v1 without a limit",
      {
        "proc/self/cgroup": "4:cpu,cpuacct:/\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      },
      16,
    ],
    ["files of another kind", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "what?\n" }, 16],
  ] as const)("heeds %s", (name, files, cores) => {
    expect(usableCores(system(name, files), 16)).toBe(cores);
  });

  it("is never more than the process may run on, and at least one", () => {
    const root = system("wide", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "6400000 100000\n" });
    expect(usableCores(root, 2)).toBe(2);
    expect(usableCores()).toBeGreaterThan(0);
  });
});

it("bounds threads by the cores", () => {
  expect([1, 4].map(threadBound(1).holds)).toEqual([true, true]);
  expect([0, 5, 1.5, Number.NaN].map(threadBound(1).holds)).toEqual([false, false, false, false]);
  expect(threadBound(64).holds(128)).toBe(true);
  expect(workerBound(2).expected).toBe("a whole number from 1 to 16, for 2 cores");
});

it("refuses what is more than the memory, with the figures", () => {
  expect(() => checkFits(3e9, () => "steps on 9 images", ["batch"], 2e9)).toThrow(
    "steps on 9 images take at least 3 GB of memory, and there are 2 GB; ask for less",
  );
  checkFits(2e9, () => "steps", ["batch"], 2e9);
  expect(usableMemory()).toBeGreaterThan(2 ** 28);
});

describe("allowedProcessors", () => {
  it("are those of the system's list, and unknown without one", () => {
    const status = "Name:\tnode\nCpus_allowed:\t10f\nCpus_allowed_list:\t0-3,8\n";
    expect(allowedProcessors(system("bound", { "proc/self/status": status }))).toEqual([0, 1, 2, 3, 8]);
    expect(allowedProcessors(system("elsewhere", {}))).toBeUndefined();
  });
});
