import { commandText } from "../flags/command-text.js";

/** Writes the result of a command to standard output. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Says something beside the result: a line on standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** How many letters a line of the output holds; 80 where it goes to no terminal. */
export function outputWidth(): number {
  return process.stdout.columns ?? 80;
}

/** Reads all of standard input. */
export async function readInput(): Promise<Uint8Array> {
  const { buffer } = await import("node:stream/consumers");
  return buffer(process.stdin);
}

/** Lets the process end with an exit code, though the command goes on. */
export function endWith(code: number): void {
  process.exitCode = code;
}

/** Lets a reader that has seen enough, such as `head`, close the output: that is no error. */
export function allowClosedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error; // EIO: the terminal was closed
    });
  }
}

/** What the user typed behind the program's name. */
export function typedArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** The command line as a user would type it. */
export function commandLine(): string {
  return commandText(typedArguments());
}
