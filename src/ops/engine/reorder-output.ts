import { attribute } from "../../graph/attributes.js";
import { noMacs, type Op, required } from "../op.js";

const attributes = { channels: attribute("int", 0), channels_last: attribute("int", 0) };

/** Stores x [N, C, H, W] plainly again, undoing `ReorderInput`; with `channels_last` as [N, H, W, C]. */
export const ReorderOutput: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  kind: "engine",
  attributes,
  shape: ({ inputs, attributes: { channels_last } }) => {
    const { dtype, shape } = required(inputs, 0, "X");
    const [n, c, h, w] = shape;
    return [{ dtype, shape: channels_last ? [n!, h!, w!, c!] : shape }];
  },
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: noMacs,
};
