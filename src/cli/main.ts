import { type Command, CommanderError } from "commander";
import { EngineError, UserError } from "../errors.js";
import { withOurFlags, withOurVerb } from "./flags/our-words.js";
import { createProgram, mentioned } from "./program.js";
import { errorLine } from "./terminal/error-line.js";
import { stoppedCode } from "./terminal/interrupt.js";
import { sayFault } from "./terminal/print.js";
import { endRanks, leaveRanks } from "./terminal/ranks.js";
import { visible } from "./terminal/visible.js";

/**
 * Runs the command line.
 * @param args what the user typed behind the program's name.
 * @returns the exit code: 2 for the caller's mistakes, 130 for Ctrl-C, 143 for SIGTERM, 129 for a closed terminal, 1 for ours.
 */
export async function main(args: readonly string[]): Promise<number> {
  /** The command that runs, and the program it is one of. */
  let running: readonly Command[] = [];
  try {
    const words = withOurVerb(args);
    const program = await createProgram(mentioned(words));
    program.hook("preAction", (_, command) => {
      running = [program, command];
    });
    await program.parseAsync(withOurFlags(words, program), { from: "user" });
    await leaveRanks();
    return 0;
  } catch (error) {
    const code = await report(error, running);
    await endRanks(code);
    return code;
  }
}

/** Says what went wrong and returns the exit code. */
async function report(error: unknown, running: readonly Command[]): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its line
  if (error instanceof UserError) {
    await sayFault(`senet: ${visible(errorLine(error, flagsOf(running)))}`);
    return 2;
  }
  if (error instanceof EngineError) {
    const { engineFault } = await import("./terminal/engine-fault.js");
    await sayFault(engineFault(error).trimEnd());
    return 1;
  }
  if (error instanceof DOMException && error.name === "AbortError") return stoppedCode();
  const { systemFault } = await import("./terminal/system-fault.js");
  const fault = systemFault(error);
  if (fault !== undefined) {
    await sayFault(`senet: ${fault}`);
    return 2;
  }
  await sayFault(`senet: unexpected error\n${error instanceof Error ? error.stack : error}`);
  return 1;
}

/** The flags that commands take. */
function flagsOf(commands: readonly Command[]): string[] {
  return commands.flatMap(({ options }) => options.flatMap(({ long }) => long ?? []));
}
