import { attribute } from "../../graph/attributes.js";
import { noMacs, type Op, required } from "../op.js";

const attributes = { channels_last: attribute("int", 0) };

/**
 * Stores x [N, C, H, W] in channel blocks, [N, C/b, H, W, b]; its declared shape stays. With `channels_last` it takes
 * x as [N, H, W, C].
 */
export const ReorderInput: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  kind: "engine",
  attributes,
  shape: ({ inputs, attributes: { channels_last } }) => {
    const { dtype, shape } = required(inputs, 0, "X");
    const [n, h, w, c] = shape;
    return [{ dtype, shape: channels_last ? [n!, c!, h!, w!] : shape }];
  },
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: noMacs,
};
