import type { Readable } from "node:stream";
import { UserError } from "../../errors.js";
import { commandText } from "../flags/command-text.js";
import { visibleLines } from "./visible.js";

/** The rank of this process in a job, where it is in one. */
let rank: number | undefined;

/** From now on this process is a rank of a job: all but rank 0 keep silent, but for mistakes. */
export function speakAs(own: number): void {
  rank = own;
}

/** Whether another process of the job says what there is to say. */
export function isSilent(): boolean {
  return rank !== undefined && rank > 0;
}

/** Writes the result of a command to standard output. */
export function print(text: string): void {
  if (!isSilent()) process.stdout.write(visibleLines(text));
}

/** Says something beside the result: a line on standard error. */
export function say(text: string): void {
  if (!isSilent()) process.stderr.write(`${visibleLines(text)}\n`);
}

/** Milliseconds that rank 0 has to say first what is wrong with what all were told. */
const precedence = 1000;

/** Says what went wrong, with the rank where several work together. What all ranks find wrong rank 0 alone says. */
export async function sayFault(text: string): Promise<void> {
  if (isSilent()) await new Promise((resolve) => setTimeout(resolve, precedence));
  process.stderr.write(`${rank === undefined || rank === 0 ? "" : `rank ${rank}: `}${visibleLines(text)}\n`);
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
