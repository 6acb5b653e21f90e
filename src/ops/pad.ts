import { attribute } from "../graph/attributes.js";
import type { Dim } from "../graph/graph.js";
import { concrete, formatShape, ShapeError } from "../graph/shape.js";
import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { mode: attribute("string", "constant") };

/** Puts elements around x: `pads` lists what comes before every axis, then what comes after; negative pads cut. */
export const Pad: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, constant }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    if (inputs[3] !== undefined) throw new TypeError("got axes; expected pads for every axis and no list of axes");
    const given = constant(1);
    if (given === undefined) throw new TypeError("got pads that are computed; expected a constant");
    const pads = toNumbers(given);
    if (pads.length !== 2 * shape.length) {
      throw new ShapeError({ given: `${pads.length} pads`, expected: `${2 * shape.length}, two for each axis` });
    }
    return [
      {
        dtype,
        shape: shape.map((dim, i): Dim => {
          const extra = pads[i]! + pads[i + shape.length]!;
          if (typeof dim === "number" && dim + extra < 0) {
            throw new ShapeError({
              given: `pads [${pads.join(", ")}] for ${formatShape(shape)}`,
              expected: `no more cut away than there is at axis ${i}`,
            });
          }
          if (typeof dim === "number") return dim + extra;
          if (extra === 0) return dim;
          throw new ShapeError({ given: `pads at the symbolic extent "${dim}"`, expected: "a size there" });
        }),
      },
    ];
  },
  gradient: (g, dy, { inputs, attributes: { mode } }) => [
    () => {
      if (mode !== "constant") throw new TypeError(`got mode ${mode}; expected constant where a gradient is wanted`);
      const shape = concrete(required(inputs, 0, "data"));
      const pads = toNumbers(g.constantOf(required(inputs, 1, "pads"))!);
      return g.call("Pad", [dy, g.ints([...shape, ...shape].map((_, i) => (pads[i] === 0 ? 0 : -pads[i]!)))]);
    },
    undefined,
    undefined,
    undefined,
  ],
  macs: noMacs,
};
