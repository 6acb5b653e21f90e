import { isSilent } from "./print.js";
import { visible, visibleLines } from "./visible.js";

/** Shows where long work stands: one line that rewrites itself on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: boolean;
  #shown = Number.NEGATIVE_INFINITY;
  /** Letters of the live line; undefined where there is none. */
  #length: number | undefined;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#live = stream.isTTY === true;
  }

  /** Replaces the live line, at most ten times a second. Without a terminal it prints nothing. */
  update(text: string): void {
    if (performance.now() - this.#shown >= 100) this.show(text);
  }

  /** Replaces the live line at once: by what will take a while. */
  show(given: string): void {
    if (!this.#live || isSilent()) return;
    const width = this.#columns - 1;
    const text = visible(given);
    const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
    this.#stream.write(`${this.#erased()}${shown}`);
    this.#shown = performance.now();
    this.#length = shown.length;
  }

  /** Prints a line that stays. */
  line(text: string): void {
    this.clear();
    if (isSilent()) return;
    this.#stream.write(`${visibleLines(text)}\n`);
  }

  /** Removes the live line. */
  clear(): void {
    if (this.#length !== undefined) this.#stream.write(this.#erased());
    this.#length = undefined;
  }

  get #columns(): number {
    return this.#stream.columns ?? 80;
  }

  /** What erases the live line: a terminal that has become narrower than it has broken it into several. */
  #erased(): string {
    const rows = Math.max(1, Math.ceil((this.#length ?? 0) / this.#columns));
    return `\r\x1b[2K${"\x1b[1A\x1b[2K".repeat(rows - 1)}`;
  }
}

/** Text that shows a fraction of work: `━━━━━━──────`. */
export function bar(fraction: number, width = 12): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "━".repeat(full) + "─".repeat(width - full);
}
