import type { Tensor } from "../graph/tensor.js";

/** Tensors by the name of the graph's input or output. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** How a graph is opened. */
export interface OpenOptions {
  /**
   * Inputs that stay inside the engine between runs (parameters, optimizer state) with their first values.
   * They are not fed; `read` and `write` reach them.
   */
  readonly resident?: ReadonlyMap<string, Tensor>;
  /** True: the engine may take over the memory of the resident values, which cannot be used afterwards. */
  readonly takeOver?: boolean | undefined;
  /** For resident inputs that a run renews: the output that holds the next value. Such outputs are not returned. */
  readonly next?: ReadonlyMap<string, string>;
  /** The outputs that a run returns (all by default): others may be of types that no tensor of ours has. */
  readonly outputs?: readonly string[] | undefined;
  /** The folder of tensors that are kept outside of the file; a page has none. */
  readonly folder?: string | undefined;
}

/** A graph that is ready to run. Runs are queued; each sees the resident values the one before it left. */
export interface Session {
  /**
   * Runs the graph.
   * Where it takes or gives float16, float32 is fed and returned.
   * @param options `takeOver`: the engine may take over the memory of the feeds, which cannot be used afterwards.
   * @returns the outputs that do not renew resident values.
   * @throws UserError when a value is missing, or of another type or shape; EngineError when the engine fails.
   */
  run(feeds: Tensors, options?: { readonly takeOver?: boolean | undefined }): Promise<Tensors>;
  /** Runs the graph `repeats` times and returns what each took in the engine's own thread, in milliseconds. */
  time(feeds: Tensors, repeats: number): Promise<number[]>;
  /** Copies resident values out, all of them or those named. */
  read(names?: readonly string[]): Promise<Map<string, Tensor>>;
  /** Replaces resident values. */
  write(values: ReadonlyMap<string, Tensor>): Promise<void>;
  /** Frees the engine's memory; the session cannot be used afterwards. */
  release(): Promise<void>;
}

/** An engine for ONNX graphs. */
export interface Runtime {
  /** What runs the graphs, for reports: `onnxruntime-node 1.30.0 (cpu)`. */
  readonly name: string;
  /**
   * Prepares the bytes of an `.onnx` file.
   * @throws UserError when they are no model; EngineError when the engine refuses it.
   */
  open(onnx: Uint8Array, options?: OpenOptions): Promise<Session>;
  /**
   * Channels in a block of the engine's own convolution layout (`Target.channelBlock`), undefined where it has none.
   * It is found by trying, once.
   */
  channelBlock(): Promise<number | undefined>;
  /** Ends the engine and every session of it, once the work that was asked for is done. */
  close(): Promise<void>;
}
