#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { UserError } from "../errors.js";
import { senetVersion } from "../workspace/run/environment.js";
import { bench } from "./commands/bench.js";
import { classify } from "./commands/classify.js";
import { compare } from "./commands/compare.js";
import { convert } from "./commands/convert.js";
import { data } from "./commands/data.js";
import { evaluate } from "./commands/eval.js";
import { exportModel } from "./commands/export.js";
import { gradients } from "./commands/gradients.js";
import { insert } from "./commands/insert.js";
import { models } from "./commands/models.js";
import { profile } from "./commands/profile.js";
import { pull } from "./commands/pull.js";
import { runModel } from "./commands/run.js";
import { train } from "./commands/train.js";

// Commands import what they run with when they run: `senet --help` should not wait for an engine.
const program = new Command("senet")
  .description("Squeeze-and-Excitation networks: train, compare and ship them as ONNX.")
  .version(senetVersion())
  .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 80, 100) })
  .option("--offline", "with any command: take models of the hub out of the cache, and ask nothing of the network")
  .hook("preAction", (root) => {
    if (root.opts().offline) process.env.HF_HUB_OFFLINE = "1";
  })
  .addHelpText("after", "\nDocumentation: README.md, docs/architecture.md. Every command has --help.");
const commands = [
  ...[train, compare, evaluate, classify, insert, models, profile, data, pull],
  ...[runModel, gradients, exportModel, convert, bench],
];
for (const command of commands) program.addCommand(command);
speakAlike(program);

// A reader that has seen enough, such as `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error; // EIO: the terminal was closed
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong and returns the exit code: 2 for the caller's mistakes, 130 for Ctrl-C, 1 for ours. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its line
  if (error instanceof UserError) {
    process.stderr.write(`senet: ${error.message}\n`);
    return 2;
  }
  if (error instanceof DOMException && error.name === "AbortError") return 130;
  process.stderr.write(`senet: unexpected error\n${error instanceof Error ? error.stack : error}\n`);
  return 1;
}

/** Commander exits with 1 by itself and takes two lines to suggest; subcommands do not inherit what is set. */
function speakAlike(command: Command): void {
  const inOneLine = (text: string) => text.replace(/^error: /, "senet: ").replace(/\n\((.*)\)/, " ($1)");
  command.exitOverride().configureOutput({ outputError: (text, write) => write(inOneLine(text)) });
  for (const sub of command.commands) speakAlike(sub);
}
