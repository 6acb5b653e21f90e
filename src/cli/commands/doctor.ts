import { Argument, Command } from "commander";
import { plural } from "../../report/format.js";
import type { Diagnosis, SumSpeed } from "../../workspace/diagnosis/diagnose.js";
import type { Facts } from "../../workspace/run/describe-training.js";
import { columns } from "../terminal/columns.js";
import { factLines } from "../terminal/fact-lines.js";
import { print } from "../terminal/print.js";
import { joinRanks } from "../terminal/ranks.js";

/** `senet doctor`: says what computes here. */
export const doctor = new Command("doctor")
  .addArgument(new Argument("[what]", "mpi: time sums over the ranks of a job, too").choices(["mpi"]))
  .option("--json", "print one JSON document")
  .action(run);

async function run(what: "mpi" | undefined, { json }: { json?: true }): Promise<void> {
  const { diagnose, timeSums } = await import("../../workspace/diagnosis/diagnose.js");
  const ranks = await joinRanks();
  const diagnosis = await diagnose(ranks);
  const sums = what === undefined || ranks.size === 1 ? undefined : await timeSums(ranks);
  if (json) print(`${JSON.stringify({ ...diagnosis, ...(sums && { sums }) })}\n`);
  else
    print(`${factLines([...machineFacts(diagnosis), ...mpiFacts(diagnosis)]).join("\n")}\n${sums ? table(sums) : ""}`);
}

function machineFacts({ environment, engine, channelBlock, memory, processors }: Diagnosis): Facts {
  const { senet, node, cpu, cores, os } = environment;
  const layout = channelBlock === undefined ? "" : `, convolutions in blocks of ${channelBlock} channels`;
  const limited = cores < processors ? `, of ${processors} by the limit of a container` : "";
  return [
    ["senet", `${senet} on Node ${node}, ${os}`],
    ["engine", `${engine}${layout}`],
    ["device", `${cpu}, ${plural(cores, "core")}${limited}, ${(memory / 1e9).toFixed(1)} GB of memory`],
  ];
}

function mpiFacts({ mpi: { library, found, ranks }, environment }: Diagnosis): Facts {
  if (library === undefined) {
    const installed = (found ?? []).map(({ name, version }) => `${version} (${name})`).join(", ") || "no library found";
    const here = found === undefined ? "koffi is not installed, without which no library is called" : installed;
    return [["MPI", `no launcher has started this; ${here}`]];
  }
  const hosts = [...new Set(ranks.map(({ host }) => host))];
  const bound = ranks.some(({ host, threads }) => {
    const beside = ranks.filter((other) => other.host === host).length;
    return host === ranks[0]!.host && threads < Math.floor(environment.cores / beside);
  });
  return [
    ["MPI", `${library.version} (${library.name}, binary interface of ${library.abi})`],
    ["ranks", `${ranks.length} on ${plural(hosts.length, "host")}`],
    ...hosts.map((host): readonly [string, string] => {
      const there = ranks.flatMap((rank, number) => (rank.host === host ? [{ ...rank, number }] : []));
      const threads = there.map(({ number, threads }) => `rank ${number} with ${plural(threads, "thread")}`);
      return ["", `${host}: ${threads.join(", ")}`];
    }),
    ...(bound ? ([["", "the launcher binds ranks to few cores: mpirun --bind-to none leaves them all"]] as Facts) : []),
  ];
}

function table(sums: readonly SumSpeed[]): string {
  const rows = sums.map(({ megabytes, milliseconds, bytesPerSecond }) => [
    `${megabytes} MB`,
    milliseconds.toFixed(2),
    (bytesPerSecond / 1e9).toFixed(2),
  ]);
  return `\n${columns(["sum over ranks", "ms", "GB/s"], rows)}(the least time of 5)\n`;
}
