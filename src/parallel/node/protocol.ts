/** What the main thread asks of the thread that calls MPI. */
export type Request =
  | { readonly kind: "allreduce"; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: "broadcast"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "gather"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "barrier" }
  | { readonly kind: "finish" };

/** What each request is answered with. */
export interface Answers {
  allreduce: Float32Array<ArrayBuffer>;
  broadcast: Uint8Array<ArrayBuffer>;
  gather: Uint8Array<ArrayBuffer>[];
  barrier: undefined;
  finish: undefined;
}

/** An MPI library: by what name it was found, what it says of itself, which binary interface it has. */
export interface LibraryFacts {
  readonly name: string;
  readonly version: string;
  readonly abi: string;
}

/** What the thread says when MPI has started. */
export interface Started {
  readonly rank: number;
  readonly size: number;
  readonly local: { readonly rank: number; readonly size: number };
  readonly library: LibraryFacts;
}

/** What the thread says: that it has started, an answer, or what went wrong. */
export type Reply =
  | { readonly started: Started }
  | { readonly answer: Answers[keyof Answers] }
  | { readonly error: string; readonly callers: boolean };

/** What the thread is started with. */
export interface Settings {
  readonly libraries: readonly string[];
  /** Seconds that it waits for other ranks. */
  readonly patience: number;
  /** The exit code with which the job is to end, 0 while it goes on: read while the thread waits. */
  readonly ending: Int32Array;
}
