import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = x · max(0, min(1, x/6 + ½)). Source: Howard et al. 2019, arXiv:1905.02244, §5.2. */
export const HardSwish: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  since: 14,
  shape: unaryRule,
  // The slope s is x/3 + ½ from −3 to 3, both included as PyTorch has it, 0 below and 1 above. It goes from −½ to 1½
  // and jumps to 0 and 1 at the ends: a line that ThresholdedRelu cuts off, 1 − s above 3 and then s below −3.
  gradient: (g, dy, { inputs }) => [
    () => {
      const third = g.call("Mul", [required(inputs, 0, "X"), g.scalar(1 / 3)]);
      const rest = fromMinusHalf(g, g.call("Sub", [g.scalar(0.5), third]));
      return g.call("Mul", [dy, fromMinusHalf(g, g.call("Sub", [g.scalar(1), rest]))]);
    },
  ],
  macs: noMacs,
};

/** x where x ≥ −½, else 0. */
function fromMinusHalf(g: GraphBuilder, x: Value): Value {
  return g.call("ThresholdedRelu", [x], { alpha: -0.5 - 2 ** -24 }); // the next number below −½
}
