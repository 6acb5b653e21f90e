import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {
  alpha: attribute("float", 1e-4),
  beta: attribute("float", 0.75),
  bias: attribute("float", 1),
  size: attribute("int", undefined),
};

/**
 * y = x / D^β, D = bias + α/size · Σ x² over `size` channels: ⌊(size − 1)/2⌋ before, ⌈(size − 1)/2⌉ after. ONNX Runtime
 * knows odd sizes and maps [N, C, H, W] only; all others are written out when a file is read.
 * Source: Krizhevsky et al. 2012, §3.3.
 */
export const LRN: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  shape: (call) => {
    const types = unaryRule(call);
    const { size } = call.attributes;
    const { shape } = types[0]!;
    if (shape.length === 4 && size !== undefined && size > 0 && size % 2 === 1) return types;
    throw new ShapeError({
      given: `x ${formatShape(shape)}, size ${size}`,
      expected: "x [N, C, H, W] and an odd size",
    });
  },
  // dx = dy/D^β − 2αβ/size · x · Σ dy·y/D over the channels whose sum x is in
  gradient: (g, dy, { inputs, outputs: [y], attributes: { alpha, beta, bias, size } }) => [
    () => {
      const x = required(inputs, 0, "X");
      const d = denominator(g, x, { alpha, bias, size: size! });
      const power = g.call("Pow", [d, g.scalar(-beta)]);
      const terms = g.call("Div", [g.call("Mul", [dy, y]), d]);
      const sums = channelWindows(g, terms, windowOf(size!)); // an odd window is symmetric
      const rest = g.call("Mul", [g.call("Mul", [x, sums]), g.scalar((-2 * alpha * beta) / size!)]);
      return g.call("Add", [g.call("Mul", [dy, power]), rest]);
    },
  ],
  macs: noMacs,
  upgrade: (g, node) => {
    const { size, alpha = { float: 1e-4 }, beta = { float: 0.75 }, bias = { float: 1 } } = node.attributes;
    const wellFormed = size && "int" in size && size.int > 0 && "float" in alpha && "float" in beta && "float" in bias;
    if (!wellFormed) return node; // the shape rule says what is wrong
    const x = g.value(node.inputs[0] ?? "");
    if (x.shape.length === 4 && size.int % 2 === 1) return node;
    const d = denominator(g, x, { alpha: alpha.float, bias: bias.float, size: size.int });
    const power = g.call("Pow", [d, g.scalar(beta.float)]);
    return { ...node, op: "Div", inputs: [x.name, power.name], attributes: {} };
  },
};

/** How many channels before and after its own one a window reaches. */
function windowOf(size: number): { before: number; after: number } {
  return { before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) };
}

function denominator(g: GraphBuilder, x: Value, { alpha, bias, size }: { alpha: number; bias: number; size: number }) {
  const sums = channelWindows(g, g.call("Mul", [x, x]), windowOf(size));
  return g.call("Add", [g.call("Mul", [sums, g.scalar(alpha / size)]), g.scalar(bias)]);
}

/** Sums of x [N, C, ..] over a window of channels around each, as a product with a band matrix [C, C]. */
function channelWindows(g: GraphBuilder, x: Value, { before, after }: { before: number; after: number }): Value {
  const channels = extent(x, 1);
  const entry = (i: number) => {
    const offset = (i % channels) - Math.floor(i / channels);
    return offset >= -before && offset <= after ? 1 : 0;
  };
  const band = float32(
    [channels, channels],
    Float32Array.from({ length: channels * channels }, (_, i) => entry(i)),
  );
  const rows = g.call("Reshape", [x, g.ints([0, 0, -1])]);
  const sums = g.call("MatMul", [g.constant(band), rows]);
  return g.call("Reshape", [sums, g.ints([0, 0, ...x.shape.slice(2).map((_, i) => extent(x, i + 2))])]);
}
