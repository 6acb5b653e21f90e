import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { Progress } from "./progress.js";

/** A terminal of so many columns, and what is written to it. */
function terminal(columns: number) {
  const written: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stream: Object.assign(stream, { isTTY: true, columns }) as unknown as NodeJS.WriteStream };
}

it("shows at once what is shown, and at most ten updates a second", () => {
  const { written, stream } = terminal(20);
  const progress = new Progress(stream);
  progress.update("one");
  progress.update("two");
  progress.show("a line that is too long");
  progress.line("stays");
  progress.clear();
  const erase = "\r\x1b[2K";
  expect(written).toEqual([`${erase}one`, `${erase}a line that is too…`, erase, "stays\n"]);
});

it("erases all rows into which a narrower terminal has broken the line", () => {
  const { written, stream } = terminal(80);
  const progress = new Progress(stream);
  progress.show("x".repeat(79));
  stream.columns = 30;
  progress.clear();
  expect(written.at(-1)).toBe("\r\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K");
  progress.show("short");
  expect(written.at(-1)).toBe("\r\x1b[2Kshort");
});
