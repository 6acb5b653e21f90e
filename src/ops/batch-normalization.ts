import { attribute } from "../graph/attributes.js";
import { formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { channelSum, perChannel } from "./rules/channels.js";

const attributes = {
  epsilon: attribute("float", 1e-5),
  momentum: attribute("float", 0.9),
  training_mode: attribute("int", 0),
};

/**
 * y = scale · (x − mean) / √(var + ε) + bias per channel, with the running statistics:
 * x [N, C, ..], scale, bias, mean, var [C]. While training, `BatchNormTraining` takes its place.
 */
export const BatchNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  state: [3, 4],
  shape: ({ inputs, attributes: { training_mode } }) => {
    const x = required(inputs, 0, "X");
    if (training_mode !== 0) throw new TypeError("got training_mode 1; expected 0, as exported for inference");
    for (const [i, name] of ["scale", "B", "input_mean", "input_var"].entries()) {
      const { shape } = required(inputs, i + 1, name);
      if (shape.length !== 1 || shape[0] !== x.shape[1]) {
        throw new ShapeError({
          given: `x ${formatShape(x.shape)}, ${name} ${formatShape(shape)}`,
          expected: `${name} [${x.shape[1]}], one entry per channel`,
        });
      }
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  // Exporters write a network in training with its statistics as further outputs and, from opset 14 on, with a mode.
  // Training replaces the operator in any case, so the form for inference is kept. Before opset 9 `spatial` 0 meant
  // statistics for every pixel, which is the same thing where there are no pixels.
  upgrade: (g, node, opset) => {
    const { training_mode: _mode, ...given } = node.attributes;
    const { spatial, ...attributes } = opset < 9 ? given : { ...given, spatial: undefined };
    if (spatial && "int" in spatial && spatial.int === 0 && g.value(node.inputs[0] ?? "").shape.length > 2) {
      throw new TypeError("got spatial 0 for maps; expected 1, statistics for each channel");
    }
    return { ...node, outputs: node.outputs.slice(0, 1), attributes };
  },
  downgrade: attributesSince({ training_mode: { since: 14, implied: 0 } }),
  // Frozen statistics: an affine map per channel.
  gradient: (g, dy, { inputs, attributes: { epsilon } }) => {
    const [x, scale] = [required(inputs, 0, "X"), required(inputs, 1, "scale")];
    const [mean, variance] = [required(inputs, 3, "input_mean"), required(inputs, 4, "input_var")];
    const rstd = () => g.call("Reciprocal", [g.call("Sqrt", [g.call("Add", [variance, g.scalar(epsilon)])])]);
    return [
      () => g.call("Mul", [dy, perChannel(g, g.call("Mul", [scale, rstd()]), x)]),
      () => {
        const centred = g.call("Sub", [x, perChannel(g, mean, x)]);
        return g.call("Mul", [channelSum(g, g.call("Mul", [dy, centred])), rstd()]);
      },
      () => channelSum(g, dy),
      undefined,
      undefined,
    ];
  },
  macs: noMacs,
  // ONNX's momentum is the weight of the old statistics; ours, like PyTorch's, that of the new ones.
  training: (g, { inputs, attributes: { epsilon, momentum } }, { name, frozen, current, renew }) => {
    if (frozen(inputs.slice(1))) return undefined;
    const [mean, variance] = [required(inputs, 3, "input_mean"), required(inputs, 4, "input_var")];
    const statistics = [current(mean), current(variance)];
    const given = [...inputs.slice(0, 3), ...statistics];
    const [y, ...next] = g.callMany("BatchNormTraining", given, { epsilon, momentum: 1 - momentum }, 5, name);
    renew(mean, next[0]!);
    renew(variance, next[1]!);
    return [y!];
  },
};
