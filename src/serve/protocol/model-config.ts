import type { Datatype } from "./datatypes.js";
import type { ModelInterface } from "./infer-request.js";
import type { TensorSpec } from "./tensor-spec.js";

/** The configuration of a model as Triton tells it, which clients ask for. Source: Triton, model configuration extension. */
export function modelConfig(name: string, { inputs, outputs }: ModelInterface, maxBatch: number, joins: boolean) {
  const described = ({ name, datatype, shape }: TensorSpec) => ({
    name,
    data_type: typeName(datatype),
    dims: joins ? shape.slice(1) : shape,
  });
  return {
    name,
    platform: "onnxruntime_onnx",
    backend: "onnxruntime",
    version_policy: { all: {} },
    max_batch_size: joins ? maxBatch : 0,
    input: inputs.map(described),
    output: outputs.map(described),
    ...(joins && { dynamic_batching: {} }),
  };
}

function typeName(datatype: Datatype): string {
  return `TYPE_${datatype}`;
}
