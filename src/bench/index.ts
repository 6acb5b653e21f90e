import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { bounds } from "../bounds.js";
import { number } from "../cli/flags/number-option.js";
import { median } from "../evaluate/median.js";
import { environment } from "../workspace/run/environment.js";
import { cases } from "./cases.js";
import { type Measured, measure } from "./measure.js";
import { measureOthers, type OtherMeasured } from "./others.js";
import { page } from "./page.js";

interface Flags {
  readonly case?: string;
  readonly list?: true;
  readonly seconds: number;
  readonly rounds: number;
  readonly others?: true;
  readonly dry?: true;
}

/** What all rows were last measured as: a run of some of them leaves the others on the page. */
const store = new URL("../../docs/benchmarks.json", import.meta.url);
const written = new URL("../../docs/benchmarks.md", import.meta.url);
const appendix = new URL("../../bench/findings.md", import.meta.url);

await new Command("bench")
  .description("Measures ours beside PyTorch and writes docs/benchmarks.md.")
  .option("--case <names>", "only these, with commas (default: all)")
  .option("--list", "name the cases and end")
  .addOption(number("--seconds <n>", "seconds for the rounds of a case", bounds.repeats, 60))
  .addOption(number("--rounds <n>", "rounds of a case at most", bounds.repeats, 12))
  .option("--others", "only install TensorFlow.js and jax-js into .bench/others and measure a convolution with each")
  .option("--dry", "print, write nothing")
  .action(run)
  .parseAsync();

async function run(flags: Flags): Promise<void> {
  if (flags.list) {
    process.stdout.write(cases.map(({ name, title }) => `${name.padEnd(26)}${title}\n`).join(""));
    return;
  }
  const names = flags.case?.split(",") ?? cases.map(({ name }) => name);
  const unknown = names.find((name) => !cases.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`--case: got "${unknown}"; expected one of those that --list prints`);

  const { cores, cpu, node, onnxruntime } = environment();
  const { others: lastOthers, cases: lastCases } = await stored();
  const results = new Map(Object.entries(lastCases));
  const save = async (others: readonly OtherMeasured[] | undefined) => {
    if (flags.dry) return;
    await writeFile(store, `${JSON.stringify({ cases: Object.fromEntries(results), others })}\n`);
    const found = await readFile(appendix, "utf8");
    await writeFile(written, page(cases, { results, others }, { cpu, cores, node, onnxruntime }, found));
  };
  if (flags.others) {
    const others = await measureOthers(cores);
    process.stdout.write(`${JSON.stringify(others, null, 2)}\n`);
    await save(others);
    return;
  }
  for (const theCase of cases.filter(({ name }) => names.includes(name))) {
    const budget = { threads: cores, seconds: flags.seconds, minRounds: 3, maxRounds: flags.rounds };
    const measured = await measure(theCase, budget);
    results.set(theCase.name, measured);
    process.stdout.write(`${line(theCase.title, measured)}\n`);
    await save(lastOthers);
  }
}

/** What docs/benchmarks.json holds. */
interface Stored {
  readonly cases: Readonly<Record<string, Measured>>;
  readonly others?: readonly OtherMeasured[];
}

async function stored(): Promise<Stored> {
  try {
    return JSON.parse(await readFile(store, "utf8")) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { cases: {} };
    throw error;
  }
}

function line(title: string, { first, second, load }: Measured): string {
  const ours = median(first.milliseconds);
  const against = second && median(second.milliseconds);
  const numbers = against === undefined ? `${ours.toFixed(1)} ms` : `${ours.toFixed(1)} / ${against.toFixed(1)} ms`;
  const ratio = against === undefined ? "" : ` = ${(ours / against).toFixed(2)}`;
  const memory = second ? `${first.peakMegabytes} / ${second.peakMegabytes} MB` : `${first.peakMegabytes} MB`;
  return `${title}: ${numbers}${ratio}; ${memory}; load ${load.toFixed(1)}`;
}
