/** A build of ONNX Runtime for the web: kernels of WebAssembly, or of WebGPU by either way of waiting for the GPU. */
export type Build = "wasm" | "jspi" | "asyncify";

/** What a page tells the thread of an engine first. */
export interface EngineSettings {
  readonly threads: number;
  /** The folder, with a slash at its end, that onnxruntime-web's `.mjs` and `.wasm` files are fetched from. */
  readonly files: string | undefined;
}

/** What the thread of an engine tells of itself, beside the replies to calls. */
export type EngineWord =
  | { readonly word: "ready"; readonly version: string }
  | { readonly word: "failed"; readonly reason: string }
  /** The GPU is gone, and all that lay on it. */
  | { readonly word: "lost"; readonly reason: string };
