import { unaryRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";
import { notPositive } from "./steps.js";

const attributes = {};

/** y = x · max(0, min(1, x/6 + ½)). Source: Howard et al. 2019, arXiv:1905.02244, §5.2. */
export const HardSwish: Op<typeof attributes> = {
  domain: "",
  attributes,
  since: 14,
  shape: unaryRule,
  // With the gate h = max(0, min(1, x/6 + ½)) the slope is h where |x| > 3, else x/3 + ½ = h + (h − ½). At ±3, where it
  // jumps, it is that of the inside, as PyTorch has it.
  gradient: (g, dy, { inputs }) => [
    () => {
      const x = required(inputs, 0, "X");
      const gate = g.call("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 });
      const beyond = g.call("Sub", [g.call("Abs", [x]), g.scalar(3)]);
      const extra = g.call("Mul", [notPositive(g, beyond), g.call("Sub", [gate, g.scalar(0.5)])]);
      return g.call("Mul", [dy, g.call("Add", [gate, extra])]);
    },
  ],
  macs: noMacs,
};
