/** Shows where long work stands: one line that rewrites itself on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: boolean;
  #shown = 0;
  #open = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#live = stream.isTTY === true;
  }

  /** Replaces the live line, at most ten times a second. Without a terminal it prints nothing. */
  update(text: string): void {
    const now = performance.now();
    if (!this.#live || now - this.#shown < 100) return;
    this.#shown = now;
    this.#open = true;
    const width = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`\r\x1b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
  }

  /** Prints a line that stays. */
  line(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Removes the live line. */
  clear(): void {
    if (this.#open) this.#stream.write("\r\x1b[2K");
    this.#open = false;
  }
}

/** `1:05` or `2:03:04`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Text that shows a fraction of work: `━━━━━━──────`. */
export function bar(fraction: number, width = 12): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "━".repeat(full) + "─".repeat(width - full);
}
