import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** The numbers from `start` up to but without `limit` in steps of `delta`. */
export const Range: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, constant }) => {
    const { dtype } = required(inputs, 0, "start");
    const [start, limit, delta] = [0, 1, 2].map((i) => {
      const given = constant(i);
      if (given === undefined) throw new TypeError("got bounds that are computed; expected constants");
      return toNumbers(given)[0]!;
    }) as [number, number, number];
    return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  },
  gradient: { none: "it does not depend on real numbers" },
  macs: noMacs,
};
