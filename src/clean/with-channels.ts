import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { ShapeError } from "../graph/dims/shape.js";
import type { Model } from "../graph/graph.js";
import { float32, type Tensor, toNumbers } from "../graph/tensor.js";
import { type ChannelTensor, channelTensorsOf } from "../read/channel-tensors.js";
import { replay } from "./replay.js";

/**
 * The same network for images of another number of channels: its first kernels are summed over them for one, else
 * repeated and scaled, as timm does; what normalises images inside of it takes the mean of the channels for each.
 * @param model from images [N, C, H, W].
 * @throws UserError when something else than a convolution reads the channels.
 * @example
 * ```ts
 * import { withChannels } from "senet/graph";
 * import { readModel } from "senet/node";
 *
 * const { graph } = withChannels(readModel("model.onnx"), 1);
 * console.log(graph.inputs[0]?.shape); // [ 'N', 1, 32, 32 ]
 * ```
 */
export function withChannels({ graph, weights }: Model, channels: number): Model {
  const [x, ...others] = graph.inputs;
  if (x?.shape[1] === channels) return { graph, weights };
  const [parameters, constants, values] = [new Map(graph.parameters), new Map(graph.constants), new Map(weights)];
  for (const tensor of channelTensorsOf(graph)) {
    const { name, axis, times } = tensor;
    const [parameter, constant, value] = [parameters.get(name), constants.get(name), weights.get(name)];
    if (parameter) parameters.set(name, { ...parameter, shape: parameter.shape.with(axis, channels * times) });
    if (constant) constants.set(name, follow(constant, tensor, channels));
    if (value) values.set(name, follow(value, tensor, channels));
  }
  const inputs = [{ ...x!, shape: x!.shape.with(1, channels) }, ...others];
  try {
    const g = new GraphBuilder(graph.name);
    const made = replay(g, { ...graph, inputs, parameters, constants });
    for (const { name } of graph.outputs) g.output(made.get(name)!, name);
    return { graph: g.build(), weights: values };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new UserError(
      `${graph.name}: ${error.message}, once its images have ${channels} channels in the place of ${x!.shape[1]}; ` +
        "give images of that many",
      { cause: error },
    );
  }
}

function follow(tensor: Tensor, { axis, kind, times }: ChannelTensor, channels: number): Tensor {
  if (kind === "kernel") return withKernelChannels(tensor, channels, times);
  const numbers = toNumbers(tensor);
  const middle = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return float32(tensor.shape.with(axis, channels), Array<number>(channels).fill(middle));
}

/**
 * A kernel [O, C, …] for another number of channels: summed over them for one, and else repeated and multiplied by the
 * old number over the new one, so that sums keep their size. Source: timm `adapt_input_conv`.
 * @param times how often the channels stand along the axis.
 */
export function withKernelChannels({ shape, data }: Tensor, channels: number, times = 1): Tensor {
  const [outputs, all, ...window] = shape as [number, number, ...number[]];
  const [from, pixels] = [all / times, window.reduce((product, size) => product * size, 1)];
  const to = new Float32Array(outputs * times * channels * pixels);
  const factor = Math.fround(from / channels);
  for (let block = 0; block < outputs * times; block++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = (channel: number) => Number(data[(block * from + channel) * pixels + pixel]);
      for (let c = 0; c < channels; c++) {
        const put = (block * channels + c) * pixels + pixel;
        if (channels > 1) to[put] = at(c % from) * factor;
        else for (let channel = 0; channel < from; channel++) to[put] = to[put]! + at(channel);
      }
    }
  }
  return float32([outputs, channels * times, ...window], to);
}
