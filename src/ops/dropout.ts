import { attribute } from "../graph/attributes.js";
import { concrete } from "../graph/dims/shape.js";
import { elements, float32, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { seed: attribute("int", undefined) };

/**
 * Leaves out entries at random while training: x, ratio (0.5 when left out), training_mode -> y, and which entries
 * stayed, bool. For inference y = x. While training an entry stays with probability 1 − ratio and is multiplied by 1 /
 * (1 − ratio).
 * Source: Srivastava et al. 2014, JMLR 15, §4; scaled while training as everybody does today.
 */
export const Dropout: Op<typeof attributes> = {
  domain: "",
  kind: "random",
  attributes,
  settings: [1],
  shape: ({ inputs, constant }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    const mode = constant(2);
    if (inputs[2] !== undefined && (mode === undefined || Number(mode.data[0]) !== 0)) {
      throw new TypeError("got training_mode true; expected false, as exported for inference");
    }
    return [
      { dtype, shape },
      { dtype: "bool", shape },
    ];
  },
  known: ({ known, outputCount }) => (outputCount === 1 ? [known(0)] : []),
  // As the operator stands, which is inference.
  gradient: (_, dy) => [() => dy, undefined, undefined],
  macs: noMacs,
  training: (g, { inputs, attributes: { seed }, outputCount }, { name, random }) => {
    const x = required(inputs, 0, "data");
    const given = inputs[1] && g.constantOf(inputs[1]);
    if (inputs[1] !== undefined && given === undefined) {
      throw new TypeError(`Dropout (${name}): got a ratio that is computed; expected a constant`);
    }
    const ratio = given === undefined ? 0.5 : toNumbers(given)[0]!;
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new RangeError(`Dropout (${name}): got ratio ${ratio}; expected a number from 0 to 1`);
    }
    if (random === undefined || ratio === 0) return outputCount === 1 ? [x] : undefined;
    const shape = concrete(x);
    const bits = random(seed === undefined ? name : `${name}#${seed}`, elements(shape));
    const least = g.constant({
      dtype: "int64",
      shape: [],
      data: BigInt64Array.of(BigInt(Math.round(ratio * 2 ** 32))),
    });
    const dropped = g.call("Reshape", [g.call("Less", [bits, least]), g.ints(shape)]);
    const mask = g.call("Where", [dropped, g.scalar(0), g.constant(float32([], [ratio === 1 ? 0 : 1 / (1 - ratio)]))]);
    const y = g.call("Mul", [x, mask], {}, name);
    return outputCount === 1 ? [y] : [y, g.call("Not", [dropped])];
  },
  // A file exported while training says so; whether masks are drawn is for the training step to decide.
  upgrade: (g, node, opset) => {
    if (opset >= 12) return { ...node, inputs: node.inputs.slice(0, 2) };
    const { ratio, ...rest } = node.attributes;
    if (ratio === undefined || !("float" in ratio)) return { ...node, attributes: rest };
    return { ...node, inputs: [node.inputs[0]!, g.scalar(ratio.float).name], attributes: rest };
  },
};
