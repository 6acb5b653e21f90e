import type { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required, type TrainingContext } from "./op.js";
import { unbroadcast, variadicRule } from "./rules/broadcast.js";

const attributes = {};

/**
 * The mean of any number of operands, element by element, with broadcasting. One that is called `shake`, such as
 * `layer1.0.shake`, is that of a Shake-Shake network: while it is trained, random shares of its two operands are added.
 * The name is all that a file in ONNX's own operators can say of it.
 */
export const Mean: Op<typeof attributes> = {
  domain: "",
  kind: "join",
  scaling: "joins",
  attributes,
  shape: variadicRule,
  gradient: (g, dy, { inputs }) => {
    const share = () => g.call("Mul", [dy, g.scalar(1 / inputs.length)]);
    return inputs.map((_, i) => () => unbroadcast(g, share(), required(inputs, i, "data")));
  },
  macs: noMacs,
  training: (g, { inputs }, { name, random }) => {
    if (!/(^|\.)shake$/.test(name) || inputs.length !== 2 || random === undefined) return undefined;
    const [a, b] = [required(inputs, 0, "a"), required(inputs, 1, "b")];
    const shares = ["forward", "backward"].map((pass) => share(g, a, random, `${name}.${pass}`));
    return [g.call("ShakeShake", [a, b, ...shares], {}, name)];
  },
};

/** A random number in [0, 1) for every image of x: [N, 1, ..]. */
function share(g: GraphBuilder, x: Value, random: NonNullable<TrainingContext["random"]>, key: string): Value {
  const [images, ...rest] = concrete(x) as [number, ...number[]];
  const bits = g.cast(random(key, images), "float32");
  return g.call("Reshape", [g.call("Mul", [bits, g.scalar(2 ** -32)]), g.ints([images, ...rest.map(() => 1)])]);
}
