import { attribute } from "../graph/attributes.js";
import { extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { blocksize: attribute("int", undefined) };

/**
 * Moves every block of b×b pixels into the channels: x [N, C, H, W] -> [N, b·b·C, H/b, W/b], the place in the block
 * first.
 */
export const SpaceToDepth: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: "moves",
  attributes,
  shape: ({ inputs, attributes: { blocksize: b = 0 } }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    if (shape.length !== 4 || b < 1 || extent({ dtype, shape }, 2) % b !== 0 || extent({ dtype, shape }, 3) % b !== 0) {
      throw new ShapeError({
        given: `x ${formatShape(shape)}, blocksize ${b}`,
        expected: "x [N, C, H, W] with H and W divisible by the blocksize",
      });
    }
    const [c, h, w] = [1, 2, 3].map((axis) => extent({ dtype, shape }, axis));
    return [{ dtype, shape: [shape[0]!, c! * b * b, h! / b, w! / b] }];
  },
  gradient: (g, dy, { attributes: { blocksize } }) => [() => g.call("DepthToSpace", [dy], { blocksize })],
  macs: noMacs,
};
