import type { TensorSpec } from "./tensor-spec.js";

/** What the server calls itself, and the extensions of the protocol that it has. */
export function serverMetadata(version: string) {
  return {
    name: "senet",
    version,
    extensions: ["binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics"],
  };
}

/** A model as its metadata tells of it. */
export interface DescribedModel {
  readonly name: string;
  readonly versions: readonly string[];
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** The metadata of a model. Source: Open Inference Protocol v2. */
export function modelMetadata({ name, versions, inputs, outputs }: DescribedModel) {
  return { name, versions, platform: "onnx_onnxv1", inputs, outputs };
}
