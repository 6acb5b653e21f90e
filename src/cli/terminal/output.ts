import { visibleLines } from "./visible.js";

const ends = ["error", "close"] as const;

/** Writes long output as fast as it is read. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #closed = false;

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
    for (const event of ends) stream.on(event, this.#end);
  }

  /** Listens no more. */
  release(): void {
    for (const event of ends) this.#stream.off(event, this.#end);
  }

  readonly #end = () => {
    this.#closed = true;
  };

  /** Writes when the reader is ready for more. @returns whether anybody still reads: `head` does not for long. */
  async write(text: string): Promise<boolean> {
    if (text !== "" && !this.#closed && !this.#stream.write(visibleLines(text))) await this.#drained();
    return !this.#closed;
  }

  #drained(): Promise<void> {
    const events = ["drain", "error", "close"] as const;
    return new Promise((resolve) => {
      const done = () => {
        for (const event of events) this.#stream.off(event, done);
        resolve();
      };
      for (const event of events) this.#stream.on(event, done);
    });
  }
}
