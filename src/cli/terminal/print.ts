import type { Readable } from "node:stream";
import { UserError } from "../../errors.js";
import { commandText } from "../flags/command-text.js";
import { visibleLines } from "./visible.js";

/** Writes the result of a command to standard output. */
export function print(text: string): void {
  process.stdout.write(visibleLines(text));
}

/** Says something beside the result: a line on standard error. */
export function say(text: string): void {
  process.stderr.write(`${visibleLines(text)}\n`);
}

/** How many letters a line of the output holds; 80 where it goes to no terminal. */
export function outputWidth(): number {
  return process.stdout.columns ?? 80;
}

/**
 * Reads an image from standard input or a pipe; no further than its first bytes where they are of none.
 * @throws UserError for more bytes than any image that is read has.
 */
export async function readImageFrom(stream: Readable = process.stdin): Promise<Uint8Array> {
  const { headBytes, imageFormat } = await import("../../data/formats/image-format.js");
  const { maxBytes } = await import("../../files/node/read-bytes.js");
  const chunks: Buffer[] = [];
  let [bytes, known] = [0, false];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UserError(`got more than ${maxBytes} bytes on standard input; expected one image`);
    if (known || bytes < headBytes) continue;
    if (imageFormat(Buffer.concat(chunks)) === undefined) break; // which closes the stream
    known = true;
  }
  return Buffer.concat(chunks);
}

/** Lets the process end with an exit code, though the command goes on. */
export function endWith(code: number): void {
  process.exitCode = code;
}

/** A reader has seen enough, as `head` has soon, or the terminal was closed: that is no error. */
const unread = ["EPIPE", "EIO"];

/** The file that output goes to takes no more. */
const full = ["ENOSPC", "EDQUOT", "EFBIG"];

/** The exit code of a command whose output is not whole. Source: EX_IOERR of sysexits.h. */
const outputLost = 74;

let needsOutput = true;

/** What a command prints lies in its folder too: it goes on, and has done its work, where nobody takes it. */
export function keepsItsResult(): void {
  needsOutput = false;
}

/** Lets commands go on where what they print is not taken any more; the exit code tells it where that is their work. */
export function allowLostOutput(): void {
  let told = false;
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (![...unread, ...full].includes(error.code ?? "")) throw error;
  });
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (unread.includes(error.code ?? "")) return;
    if (!full.includes(error.code ?? "")) throw error;
    if (needsOutput) process.exitCode = outputLost;
    if (!told) say(`senet: cannot write what is printed (${error.message}); make room, then run it again`);
    told = true;
  });
}

/** What the user typed behind the program's name. */
export function typedArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** The command line as a user would type it. */
export function commandLine(): string {
  return commandText(typedArguments());
}
