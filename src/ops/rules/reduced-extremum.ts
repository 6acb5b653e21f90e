import { type Op, required } from "../op.js";
import { alongside, type reduceAttributes } from "./reduce.js";
import { notPositive } from "./steps.js";

/** The gradient of the largest (or smallest) over axes; elements that tie share it evenly, as in `torch.amax`. */
export function reducedExtremumGradient(kind: "max" | "min"): Op<typeof reduceAttributes>["gradient"] {
  return (g, dy, { inputs, outputs, attributes }) => {
    const x = required(inputs, 0, "data");
    return [
      () => {
        const y = alongside(g, outputs[0]!, x, inputs[1]);
        const hits = notPositive(g, kind === "max" ? g.call("Sub", [y, x]) : g.call("Sub", [x, y]));
        const share = g.call("Div", [dy, g.call("ReduceSum", [hits, inputs[1]], attributes)]);
        return g.call("Mul", [hits, alongside(g, share, x, inputs[1])]);
      },
      undefined,
    ];
  };
}
