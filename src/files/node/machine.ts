import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { type Bound, wholes } from "../../bounds.js";
import { UserError } from "../../errors.js";

/**
 * How many cores this process may keep busy: those that it may run on, and no more than the time that a container gives
 * it is worth (control groups of either version), rounded down.
 * @param root where the system's files lie. @param onto how many it may run on.
 */
export function usableCores(root = "/", onto: number = availableParallelism()): number {
  const given = groupsOf(root).flatMap((folder) => [quotaOf(folder), cpusOf(folder)]);
  return Math.max(1, Math.floor(Math.min(onto, ...given.filter((cores) => cores !== undefined))));
}

/** The processors that this process may run on, by number; undefined where the system does not say. */
export function allowedProcessors(root = "/"): number[] | undefined {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(textOf(join(root, "proc/self/status")) ?? "") ?? [];
  return list === undefined ? undefined : processorsOf(list);
}

/** The memory that this process may use, in bytes: the machine's, or what a container gives of it. */
export function usableMemory(): number {
  const given = process.constrainedMemory();
  return given > 0 && given < totalmem() ? given : totalmem();
}

/** Threads that an engine may have: more than cores only wait for each other. */
export function threadBound(cores: number = usableCores()): Bound {
  return wholes(1, Math.max(4, 2 * cores), `for ${cores} ${cores === 1 ? "core" : "cores"}`);
}

/** Threads that decode images, which may wait for a disk or a network. */
export function workerBound(cores: number = usableCores()): Bound {
  return wholes(1, Math.max(16, 4 * cores), `for ${cores} ${cores === 1 ? "core" : "cores"}`);
}

/**
 * @param least the bytes that something takes at least.
 * @param what what takes them, in words, which are made where they are needed; `option` names those that make it smaller.
 * @throws UserError where the machine does not have as many.
 */
export function checkFits(least: number, what: () => string, option: readonly string[], memory = usableMemory()): void {
  if (least <= memory) return;
  throw new UserError(
    `${what()} take at least ${gigabytes(least)} of memory, and there are ${gigabytes(memory)}; ask for less`,
    {
      option,
    },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toLocaleString("en-US", { maximumFractionDigits: 1 })} GB`;
}

/** The folders of the control groups that this process is in, and of those around them. Source: cgroups(7). */
function groupsOf(root: string): string[] {
  const lines = (textOf(join(root, "proc/self/cgroup")) ?? "").split("\n");
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers !== "" && !/(^|,)(cpu|cpuset)(,|$)/.test(controllers)) return [];
    const names = controllers === "" ? [""] : [controllers, ...controllers.split(",")];
    return names.flatMap((name) => around(path).map((group) => join(root, "sys/fs/cgroup", name, group)));
  });
}

/** `/a/b`, `/a`, `/`: where a container hides the groups around its own, the last is its own. */
function around(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return Array.from({ length: parts.length + 1 }, (_, left) => `/${parts.slice(0, parts.length - left).join("/")}`);
}

/** Cores that a group's time is worth; undefined where it has no limit. */
function quotaOf(folder: string): number | undefined {
  const [quota, period] =
    textOf(join(folder, "cpu.max"))?.trim().split(" ").map(Number) ??
    ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((name) => Number(textOf(join(folder, name)) ?? Number.NaN));
  return quota! > 0 && period! > 0 ? quota! / period! : undefined; // "max" is no number, and -1 no limit
}

/** How many cores a group may run on: `0-3,8` are five. */
function cpusOf(folder: string): number | undefined {
  const names = ["cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"];
  const text = names
    .map((name) => textOf(join(folder, name))?.trim())
    .find((found) => found !== undefined && found !== "");
  return text === undefined ? undefined : processorsOf(text)?.length;
}

/** The numbers of a list such as `0-3,8`. */
function processorsOf(list: string): number[] | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return undefined;
  return list.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
