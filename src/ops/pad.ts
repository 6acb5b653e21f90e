import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { addDims } from "../graph/dims/dim.js";
import { concrete, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";

const attributes = { mode: attribute("string", "constant") };

const modes = ["constant", "edge", "reflect", "wrap"];

/**
 * Puts elements around x: `pads` lists what comes before every axis, then what comes after; negative pads cut. They are
 * a constant, or what the outermost pixels, their mirror image or the other side of x (`wrap`) continue with.
 */
export const Pad: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: { limits: [2] },
  attributes,
  shape: ({ inputs, attributes: { mode }, constant }) => {
    const x = required(inputs, 0, "data");
    if (inputs[3] !== undefined && constant(3) === undefined) {
      throw new TypeError("got axes that are computed; expected a constant");
    }
    if (!modes.includes(mode)) throw new TypeError(`got mode ${mode}; expected one of ${modes.join(", ")}`);
    const pads = padsOf(x, constant(1), constant(3));
    const shape = x.shape.map((dim, i): Dim => {
      const [before, after] = pads[i]!;
      if (typeof dim === "number") return padded(x, mode, i, dim, before, after);
      return addDims(dim, before + after); // whether there is enough to continue with shows once it has a size
    });
    return [{ dtype: x.dtype, shape }];
  },
  gradient: (g, dy, { inputs, attributes: { mode } }) => [
    () => {
      const x = required(inputs, 0, "data");
      const constant = (i: number) => inputs[i] && g.constantOf(inputs[i]);
      return unpad(g, dy, concrete(x), padsOf(x, constant(1), constant(3)), mode);
    },
    undefined,
    undefined,
    undefined,
  ],
  macs: noMacs,
  upgrade: attributesToInputs(11, { pads: "ints", value: "float" }),
  downgrade: (node, opset) => {
    const { mode } = node.attributes;
    if (mode && "string" in mode && mode.string === "wrap" && opset < 19) return 19;
    return (node.inputs[3] ?? "") !== "" && opset < 18 ? 18 : node;
  },
  settings: [2],
};

type Pads = readonly [before: number, after: number];

/** The pads of every axis of x, of those alone that are listed where axes are. */
function padsOf(x: ValueType, pads: Tensor | undefined, axes: Tensor | undefined): Pads[] {
  if (pads === undefined) throw new TypeError("got pads that are computed; expected a constant");
  const rank = x.shape.length;
  const listed =
    axes === undefined ? x.shape.map((_, i) => i) : toNumbers(axes).map((axis) => normalizeAxis(axis, rank));
  const numbers = toNumbers(pads);
  if (numbers.length !== 2 * listed.length) {
    throw new ShapeError({ given: `${numbers.length} pads`, expected: `${2 * listed.length}, two for each axis` });
  }
  return x.shape.map((_, axis): Pads => {
    const i = listed.indexOf(axis);
    return i < 0 ? [0, 0] : [numbers[i]!, numbers[i + listed.length]!];
  });
}

/** The extent of an axis once padded. @throws ShapeError when there is nothing left, or not enough to continue with. */
function padded(x: ValueType, mode: string, axis: number, size: number, before: number, after: number): number {
  const given = `${mode === "constant" ? "" : `mode ${mode}, `}pads [${before}, ${after}] for axis ${axis} of ${formatShape(x.shape)}`;
  if (size + before + after < 0) throw new ShapeError({ given, expected: "no more cut away than there is" });
  const kept = size + Math.min(before, 0) + Math.min(after, 0);
  const most = {
    constant: Infinity,
    edge: kept > 0 ? Infinity : 0,
    reflect: Math.max(kept - 1, 0),
    wrap: Math.max(kept, 0),
  }[mode]!;
  if (Math.max(before, after) > most) {
    throw new ShapeError({ given, expected: `pads of at most ${most}, from what is there` });
  }
  return size + before + after;
}

/** The gradient of padding: dy cut, and what lies around it added to the elements it was copied from. */
function unpad(g: GraphBuilder, dy: Value, shape: readonly number[], pads: readonly Pads[], mode: string): Value {
  if (mode === "constant") {
    const cut = [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
    return g.call("Pad", [dy, g.ints(cut.map((pad) => (pad === 0 ? 0 : -pad)))]);
  }
  return pads.reduce((result, [before, after], axis) => {
    if (before === 0 && after === 0) return result;
    const parts = runs(sources(mode, shape[axis]!, before, after)).map((run) =>
      placed(g, result, run, axis, shape[axis]!),
    );
    return parts.reduce((sum, part) => g.call("Add", [sum, part]));
  }, dy);
}

/** For every element along a padded axis the one it is a copy of. */
function sources(mode: string, size: number, before: number, after: number): number[] {
  const first = Math.max(0, -before);
  const kept = size + Math.min(before, 0) + Math.min(after, 0);
  return Array.from({ length: size + before + after }, (_, o) => {
    const at = o - Math.max(before, 0); // counted from the first that is kept
    if (mode === "edge") return first + Math.min(Math.max(at, 0), kept - 1);
    if (mode === "wrap") return first + ((at + kept) % kept);
    return first + (at < 0 ? -at : at >= kept ? 2 * (kept - 1) - at : at);
  });
}

/** Elements one after the other whose sources go up by one, go down by one, or are one and the same. */
interface Run {
  readonly from: number;
  readonly length: number;
  readonly source: number;
  readonly step: number;
}

function runs(from: readonly number[]): Run[] {
  const result: Run[] = [];
  for (const [o, source] of from.entries()) {
    const last = result.at(-1);
    const step = last && (source - last.source) / last.length;
    if (last && (last.length === 1 ? Math.abs(step!) <= 1 : step === last.step)) {
      result[result.length - 1] = { ...last, length: last.length + 1, step: step! };
    } else {
      result.push({ from: o, length: 1, source, step: 1 });
    }
  }
  return result;
}

/** The part of dy that a run covers, where it belongs along an axis of x of that size, with zeros around it. */
function placed(g: GraphBuilder, dy: Value, { from, length, source, step }: Run, axis: number, size: number): Value {
  const [start, end] = step < 0 ? [from + length - 1, from - 1] : [from, from + length];
  const bounds = [start, end < 0 ? -1 - concrete(dy)[axis]! : end, axis, step < 0 ? -1 : 1].map((bound) =>
    g.ints([bound]),
  );
  let part = g.call("Slice", [dy, ...bounds]);
  if (step === 0) part = g.call("ReduceSum", [part, g.ints([axis])], { keepdims: 1 });
  const before = step < 0 ? source - length + 1 : source;
  const after = size - before - (step === 0 ? 1 : length);
  if (before === 0 && after === 0) return part;
  const pads = [before, after].flatMap((pad) => dy.shape.map((_, i) => (i === axis ? pad : 0)));
  return g.call("Pad", [part, g.ints(pads)]);
}
