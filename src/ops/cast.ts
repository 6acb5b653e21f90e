import { attribute } from "../graph/attributes.js";
import { dtypeFromOnnx, dtypeToOnnx } from "../graph/dtype.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { to: attribute("int", 1), saturate: attribute("int", 1) };

/** y = x in another element type; `to` is ONNX's number of the type (1 is float32). */
export const Cast: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, attributes: { to } }) => [{ dtype: dtypeFromOnnx(to), shape: required(inputs, 0, "input").shape }],
  gradient: (g, dy, { inputs }) => [
    () => {
      const { dtype } = required(inputs, 0, "input");
      if (dtype.startsWith("float")) return g.call("Cast", [dy], { to: dtypeToOnnx(dtype) });
      throw new TypeError(`got ${dtype}; expected floating-point numbers where a gradient is wanted`);
    },
  ],
  macs: noMacs,
};
