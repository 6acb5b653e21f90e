import type { Tensor } from "../../graph/tensor.js";
import type { Tensors } from "../runtime.js";

/** What the main thread asks of the worker; `session` is a number the main thread chose. */
export type Request =
  | {
      readonly kind: "open";
      readonly session: number;
      readonly onnx: Uint8Array;
      readonly resident: ReadonlyMap<string, Tensor>;
      readonly next: ReadonlyMap<string, string>;
      readonly outputs: readonly string[] | undefined;
      readonly folder: string | undefined;
    }
  | { readonly kind: "run"; readonly session: number; readonly feeds: Tensors }
  | { readonly kind: "time"; readonly session: number; readonly feeds: Tensors; readonly repeats: number }
  | { readonly kind: "read"; readonly session: number; readonly names: readonly string[] | undefined }
  | { readonly kind: "write"; readonly session: number; readonly values: ReadonlyMap<string, Tensor> }
  | { readonly kind: "release"; readonly session: number };

/** What each request is answered with. */
export interface Answers {
  open: undefined;
  run: Tensors;
  time: number[];
  read: Map<string, Tensor>;
  write: undefined;
  release: undefined;
}

/** A request on its way to the worker. */
export interface Call {
  readonly id: number;
  readonly request: Request;
}

/** The worker's reply to the call of that number; a failure is the caller's where what was given does not fit. */
export type Reply =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: Error; readonly callers: boolean };
