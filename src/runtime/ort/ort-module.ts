import type { DType, DTypeArrays } from "../../graph/tensor.js";

/**
 * What is used of ONNX Runtime's JavaScript interface, which onnxruntime-web, onnxruntime-node and
 * onnxruntime-react-native share: `import * as ort from "onnxruntime-web"` is one.
 */
export interface OrtModule {
  readonly InferenceSession: {
    /** Opens the bytes of an `.onnx` file. */
    create(onnx: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: new (
    type: DType | "float16",
    data: DTypeArrays[DType] | Uint16Array,
    dims: readonly number[],
  ) => OrtTensor;
  /** Which of them it is. */
  readonly env?: { readonly versions?: { readonly common: string; readonly web?: string; readonly node?: string } };
}

/**
 * Options of `InferenceSession.create`, such as `{ executionProviders: ["webgpu"] }`: ONNX Runtime documents them.
 * @useDeclaredType
 */
export type OrtSessionOptions = Readonly<Record<string, unknown>>;

/** A graph that ONNX Runtime has opened. */
export interface OrtSession {
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly OrtInput[];
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** What a graph says of one of its inputs. */
export interface OrtInput {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** A tensor of ONNX Runtime. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly size: number;
  readonly data: unknown;
  /** Its values, wherever they lie: `data` holds them only where that is the memory of the page. */
  getData?(): Promise<unknown>;
  /** Frees what it holds outside of the page's memory. */
  dispose?(): void;
}
