#!/usr/bin/env node
import { CommanderError } from "commander";
import { UserError } from "../errors.js";
import { createProgram, mentioned } from "./program.js";

// A reader that has seen enough, such as `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error; // EIO: the terminal was closed
  });
}

try {
  await (await createProgram(mentioned(process.argv.slice(2)))).parseAsync();
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
