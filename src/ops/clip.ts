import { formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";
import { combined, foldElements } from "./rules/fold.js";
import { foldExtremum } from "./rules/fold-extremum.js";
import { notPositive } from "./rules/steps.js";

const attributes = {};

/** y = min(max(x, min), max) with scalars min and max, either of which may be left out. */
export const Clip: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: { limits: [1, 2] },
  gate: "never",
  positive: true,
  attributes,
  settings: [1, 2],
  shape: ({ inputs }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    for (const [i, name] of ["min", "max"].entries()) {
      const limit = inputs[i + 1];
      if (limit === undefined || (limit.dtype === dtype && limit.shape.every((dim) => dim === 1))) continue;
      throw new ShapeError({
        given: `input ${dtype} ${formatShape(shape)}, ${name} ${limit.dtype} ${formatShape(limit.shape)}`,
        expected: `${name} to be one ${dtype}`,
      });
    }
    return [{ dtype, shape }];
  },
  // dy passes where clipping changed nothing, the limits included.
  gradient: (g, dy, { inputs, outputs }) => [
    () => {
      const moved = g.call("Abs", [g.call("Sub", [required(inputs, 0, "input"), outputs[0]])]);
      return g.call("Mul", [dy, notPositive(g, moved)]);
    },
    undefined,
    undefined,
  ],
  macs: noMacs,
  upgrade: attributesToInputs(11, { min: "float", max: "float" }),
  known: (call) => {
    const limits = [1, 2].map((i) => (call.inputs[i] === undefined ? [] : call.known(i)?.data));
    const [low, high] = limits;
    if (low === undefined || high === undefined) return [undefined];
    return foldElements({ ...call, inputs: call.inputs.slice(0, 1) }, ([x], dtype) => {
      const raised = combined([x!, ...low], (a, b) => foldExtremum("max")([a, b], dtype));
      return raised === undefined ? raised : combined([raised, ...high], (a, b) => foldExtremum("min")([a, b], dtype));
    });
  },
};
