import type { FindClassifierOptions } from "../workspace/classifier/find-classifier.js";

/** How models are served. */
export interface ServeOptions extends FindClassifierOptions {
  /** The address that is listened on: that of this machine alone, 127.0.0.1, by default. */
  readonly host?: string | undefined;
  /** The port, 8080 by default; 0 for any that is free. */
  readonly port?: number | undefined;
  /** Threads that run models; one by default. The cores are divided among them. */
  readonly workers?: number | undefined;
  /** Threads of the engine in all (one for each core by default). */
  readonly threads?: number | undefined;
  /** The most rows of requests that run as one (8 by default). */
  readonly maxBatch?: number | undefined;
  /** Milliseconds that a request waits for others though a worker is idle (0 by default: none does). */
  readonly maxDelay?: number | undefined;
  /** The most rows that wait (256 by default). */
  readonly maxQueue?: number | undefined;
  /** Milliseconds that a request may wait for its turn (30,000 by default). */
  readonly timeout?: number | undefined;
  /** The most bytes of a request (64 MiB by default). */
  readonly maxBody?: number | undefined;
  /** The most rows, or photos, of a request (64 by default). */
  readonly maxRows?: number | undefined;
  /** What requests must show, as `Authorization: Bearer …` or `X-API-Key`; nothing by default. */
  readonly apiKey?: string | undefined;
  /** Origins whose pages may ask, such as `https://example.org`; `*` is all. None by default. */
  readonly origins?: readonly string[] | undefined;
  /** Told what happens, for a log. */
  readonly onEvent?: ((event: ServerEvent) => void) | undefined;
}

/** Something that happened. */
export interface ServerEvent {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** What holds where nobody says otherwise. */
export const usualServe = {
  host: "127.0.0.1",
  port: 8080,
  maxBatch: 8,
  maxDelay: 0,
  maxQueue: 256,
  timeout: 30_000,
  maxBody: 64 * 2 ** 20,
  maxRows: 64,
} as const;
