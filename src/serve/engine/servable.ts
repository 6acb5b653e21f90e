import type { TensorSpec } from "../protocol/tensor-spec.js";

/** What workers open and run. */
export interface Servable {
  /** What errors and logs call it. */
  readonly label: string;
  /** The bytes of an `.onnx` file, and where tensors lie that are kept outside of it. */
  readonly onnx: Uint8Array;
  readonly folder: string | undefined;
  readonly inputs: readonly TensorSpec[];
  /** Those that a run gives. */
  readonly outputs: readonly TensorSpec[];
  /** Whether requests may run as one: each input and output has a row for each image, and no row knows of another. */
  joins: boolean;
}
