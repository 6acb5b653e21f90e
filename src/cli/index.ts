#!/usr/bin/env node
import { type Command, CommanderError } from "commander";
import { EngineError, UserError } from "../errors.js";
import { createProgram, mentioned } from "./program.js";
import { errorLine } from "./terminal/error-line.js";

// A reader that has seen enough, such as `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error; // EIO: the terminal was closed
  });
}

/** The command that runs, and the program it is one of. */
let running: readonly Command[] = [];
try {
  const program = await createProgram(mentioned(process.argv.slice(2)));
  program.hook("preAction", (_, command) => {
    running = [program, command];
  });
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

/** Says what went wrong and returns the exit code: 2 for the caller's mistakes, 130 for Ctrl-C, 1 for ours. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its line
  if (error instanceof UserError) {
    process.stderr.write(`senet: ${errorLine(error, flagsOf(running))}\n`);
    return 2;
  }
  if (error instanceof EngineError) {
    const { engineFault } = await import("./terminal/engine-fault.js");
    process.stderr.write(engineFault(error));
    return 1;
  }
  if (error instanceof DOMException && error.name === "AbortError") return 130;
  process.stderr.write(`senet: unexpected error\n${error instanceof Error ? error.stack : error}\n`);
  return 1;
}

/** The flags that commands take. */
function flagsOf(commands: readonly Command[]): string[] {
  return commands.flatMap(({ options }) => options.flatMap(({ long }) => long ?? []));
}
