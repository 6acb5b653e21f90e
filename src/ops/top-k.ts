import { attribute } from "../graph/attributes.js";
import { concrete, normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { axis: attribute("int", -1), largest: attribute("int", 1), sorted: attribute("int", 1) };

/** The K largest (or smallest) elements along `axis`, and their indices, int64. */
export const TopK: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs, attributes: { axis }, known }) => {
    const { dtype, shape } = required(inputs, 0, "X");
    required(inputs, 1, "K");
    const k = known(1)?.data;
    if (k?.length !== 1) throw new TypeError("got a K that is computed; expected one constant number");
    const cut = shape.with(normalizeAxis(axis, shape.length), k[0]!);
    return [
      { dtype, shape: cut },
      { dtype: "int64", shape: cut },
    ];
  },
  gradient: (g, dy, { inputs, outputs: [, indices], attributes: { axis } }) => [
    () => {
      const zeros = zerosOf(g, dy.dtype, concrete(required(inputs, 0, "X")));
      return g.call("ScatterElements", [zeros, indices, dy], { axis, reduction: "add" });
    },
    undefined,
  ],
  macs: noMacs,
  upgrade: attributesToInputs(10, { k: "int" }),
};
