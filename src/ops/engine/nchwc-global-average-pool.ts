import { extent } from "../../graph/dims/shape.js";
import { noMacs, type Op, required } from "../op.js";

const attributes = {};

/** The mean of every feature map of x [N, C, H, W] stored in channel blocks -> [N, C, 1, 1]. */
export const NchwcGlobalAveragePool: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  kind: "engine",
  onnxName: "GlobalAveragePool",
  attributes,
  shape: ({ inputs }) => {
    const x = required(inputs, 0, "X");
    return [{ dtype: x.dtype, shape: [x.shape[0]!, extent(x, 1), 1, 1] }];
  },
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: noMacs,
};
