import { attribute } from "../../graph/attributes.js";
import { concrete, extent } from "../../graph/dims/shape.js";
import { elements } from "../../graph/tensor.js";
import { type Op, required } from "../op.js";
import { kernelOf, slide, windowAttributes, windowOf } from "../rules/window.js";

const attributes = {
  ...windowAttributes,
  group: attribute("int", 1),
  activation: attribute("string", undefined),
  activation_params: attribute("floats", undefined),
};

/**
 * ONNX Runtime's own convolution over channel blocks: x [N, I, H, W] stored as [N, I/b, H, W, b],
 * w [O, I/group, kH, kW] stored as [O/b, I/b, kH, kW, b, b], optional bias [O] and `sum` [N, O, H', W'] that is added
 * before the activation. With fewer than b input channels x is stored plainly. Source: MLAS, `MlasNchwcConv`.
 */
export const NchwcConv: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  kind: "engine",
  onnxName: "Conv",
  attributes,
  shape: ({ inputs, attributes }) => {
    const [x, w] = [required(inputs, 0, "X"), required(inputs, 1, "W")];
    const window = windowOf(attributes, x, kernelOf(w));
    return [{ dtype: x.dtype, shape: [x.shape[0]!, extent(w, 0), ...slide(x, window)] }];
  },
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: ({ inputs }, outputs) =>
    elements(concrete(outputs[0]!)) * elements(concrete(required(inputs, 1, "W")).slice(1)),
};
