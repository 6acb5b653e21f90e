import { attribute } from "../graph/attributes.js";
import { concrete, extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { blocksize: attribute("int", undefined), mode: attribute("string", "DCR") };

/**
 * Moves channels into blocks of b×b pixels: x [N, b·b·C, H, W] -> [N, C, b·H, b·W]. In mode `DCR` the place in the
 * block varies slower than the channel C, in mode `CRD` faster, as PyTorch's pixel_shuffle has it.
 */
export const DepthToSpace: Op<typeof attributes> = {
  domain: "",
  kind: "enlarge",
  attributes,
  shape: ({ inputs, attributes: { blocksize: b = 0, mode } }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    if (shape.length !== 4 || b < 1 || extent({ dtype, shape }, 1) % (b * b) !== 0) {
      throw new ShapeError({
        given: `x ${formatShape(shape)}, blocksize ${b}`,
        expected: "x [N, C, H, W] with C divisible by the blocksize squared",
      });
    }
    if (mode !== "DCR" && mode !== "CRD") throw new TypeError(`got mode ${mode}; expected DCR or CRD`);
    const [c, h, w] = [1, 2, 3].map((axis) => extent({ dtype, shape }, axis));
    return [{ dtype, shape: [shape[0]!, c! / (b * b), h! * b, w! * b] }];
  },
  gradient: (g, dy, { inputs, attributes: { blocksize: b, mode } }) => [
    () => {
      if (mode === "DCR") return g.call("SpaceToDepth", [dy], { blocksize: b });
      const [n, c, h, w] = concrete(required(inputs, 0, "input")) as [number, number, number, number];
      const apart = g.call("Reshape", [dy, g.ints([n, c / (b! * b!), h, b!, w, b!])]);
      const turned = g.call("Transpose", [apart], { perm: [0, 1, 3, 5, 2, 4] });
      return g.call("Reshape", [turned, g.ints([n, c, h, w])]);
    },
  ],
  macs: noMacs,
};
