import { attribute } from "../graph/attributes.js";
import { type Known, knownOf } from "../graph/dims/known.js";
import { concrete, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { transposeAlong } from "./rules/axis-map.js";
import { type ResizedAxis, resizeMap } from "./rules/resize-map.js";
import { upgradeResize } from "./rules/upgrade-resize.js";

export const resizeAttributes = {
  antialias: attribute("int", 0),
  axes: attribute("ints", undefined),
  coordinate_transformation_mode: attribute("string", "half_pixel"),
  cubic_coeff_a: attribute("float", -0.75),
  exclude_outside: attribute("int", 0),
  extrapolation_value: attribute("float", 0),
  keep_aspect_ratio_policy: attribute("string", "stretch"),
  mode: attribute("string", "nearest"),
  nearest_mode: attribute("string", "round_prefer_floor"),
};

/** Resamples x along its axes by `scales` or to `sizes`: nearest, linear or cubic, as the other attributes say. */
export const Resize: Op<typeof resizeAttributes> = {
  domain: "",
  kind: "enlarge",
  attributes: resizeAttributes,
  shape: ({ inputs, attributes, constant, known }) => {
    const x = required(inputs, 0, "X");
    for (const [i, name] of ["roi", "scales"].entries()) {
      if (inputs[i + 1] && constant(i + 1) === undefined) {
        throw new TypeError(`got ${name} computed; expected a constant`);
      }
    }
    const axes = resized(x, attributes, { roi: constant(1), scales: constant(2), sizes: known(3) });
    checkEngine(x, attributes.mode, axes);
    return [{ dtype: x.dtype, shape: axes.map(({ to }) => to) }];
  },
  // Every axis is a linear map of its own, so dx is dy times the transposed matrices, one axis after the other.
  gradient: (g, dy, { inputs, attributes }) => [
    () => {
      const x = required(inputs, 0, "X");
      const constant = (i: number) => inputs[i] && g.constantOf(inputs[i]);
      const sizes = constant(3);
      const axes = resized(x, attributes, { roi: constant(1), scales: constant(2), sizes: sizes && knownOf(sizes) });
      const from = concrete(x);
      return axes.reduce<Value>((dx, { to, scale, roi }, axis) => {
        const map = resizeMap({ from: from[axis]!, to: Number(to), scale, roi }, attributes);
        const same = map.length === from[axis] && map.every((terms, o) => terms.length === 1 && terms[0]!.at === o);
        return same ? dx : transposeAlong(g, dx, axis, map, from[axis]!);
      }, dy);
    },
    undefined,
    undefined,
    undefined,
  ],
  macs: noMacs,
  settings: [1, 2],
  formerly: "Upsample",
  upgrade: upgradeResize,
  downgrade: (node, opset) => {
    const mode = node.attributes.coordinate_transformation_mode;
    if (mode && "string" in mode && mode.string === "half_pixel_symmetric" && opset < 19) return 19;
    return plain(node, opset);
  },
};

const plain = attributesSince({
  antialias: { since: 18, implied: 0 },
  axes: { since: 18 },
  keep_aspect_ratio_policy: { since: 18, implied: "stretch" },
});

/** An axis whose extents may still be names. */
type Axis = Omit<ResizedAxis, "from" | "to"> & { readonly to: Dim };

interface Given {
  readonly roi: Tensor | undefined;
  readonly scales: Tensor | undefined;
  readonly sizes: Known | undefined;
}

/** All axes of x, those that the node does not list as they are. */
function resized(
  x: ValueType,
  { axes, keep_aspect_ratio_policy: policy }: { axes: readonly number[] | undefined; keep_aspect_ratio_policy: string },
  { roi, scales, sizes }: Given,
): Axis[] {
  const rank = x.shape.length;
  const listed = (axes ?? x.shape.map((_, i) => i)).map((axis) => normalizeAxis(axis, rank));
  const byScale = scales && scales.data.length > 0 ? toNumbers(scales) : undefined;
  const bySize = sizes && sizes.data.length > 0 ? sizes.data : undefined;
  const given = byScale ?? bySize;
  if (given === undefined || (byScale && bySize) || given.length !== listed.length) {
    throw new ShapeError({
      given: `${byScale?.length ?? "no"} scales and ${bySize?.length ?? "no"} sizes that are known`,
      expected: `either, one for each of ${listed.length} axes`,
    });
  }
  const regions = roi ? toNumbers(roi) : [];
  const ratios = bySize && policy !== "stretch" ? aspect(x, listed, bySize, policy) : byScale;
  return x.shape.map((dim, axis): Axis => {
    const i = listed.indexOf(axis);
    if (i < 0) return { to: dim, scale: 1, roi: [0, 1] };
    const region = [regions[i] ?? 0, regions[i + listed.length] ?? 1] as const;
    return { ...extents(x, dim, ratios?.[i], bySize?.[i], policy), roi: region };
  });
}

function extents(x: ValueType, dim: Dim, ratio: number | undefined, size: Dim | undefined, policy: string) {
  if (dim === size || (ratio === 1 && size === undefined)) return { to: dim, scale: 1 };
  if (typeof dim === "string" || typeof size === "string") {
    throw new ShapeError({
      given: `${size ?? `scale ${ratio}`} for "${dim}" of ${formatShape(x.shape)}`,
      expected: "symbolic extents to stay as they are",
    });
  }
  if (ratio === undefined) return { to: size!, scale: Math.fround(size! / dim) };
  // By scales an extent is cut off, by a policy it is rounded.
  const exact = Math.fround(ratio * dim);
  return { to: size === undefined || policy === "stretch" ? Math.floor(exact) : Math.round(exact), scale: ratio };
}

/** One scale for all listed axes: the smallest or the largest that the sizes ask for. */
function aspect(x: ValueType, listed: readonly number[], sizes: readonly Dim[], policy: string): number[] {
  const ratios = listed.map((axis, i) => Math.fround(Number(sizes[i]) / Number(x.shape[axis])));
  if (policy === "not_larger") return ratios.map(() => Math.min(...ratios));
  if (policy === "not_smaller") return ratios.map(() => Math.max(...ratios));
  throw new TypeError(`got keep_aspect_ratio_policy ${policy}; expected one of stretch, not_larger, not_smaller`);
}

/** @throws ShapeError for what ONNX Runtime does not compute. */
function checkEngine(x: ValueType, mode: string, axes: readonly Axis[]): void {
  const [rank, moved] = [axes.length, axes.flatMap(({ scale }, axis) => (scale === 1 ? [] : [axis]))];
  const maps = moved.every((axis) => axis > 1);
  const takes: Record<string, boolean> = {
    nearest: true,
    linear: rank <= 3 || (maps && rank <= 5),
    cubic: rank === 2 || (maps && rank === 4),
  };
  if (!Object.hasOwn(takes, mode)) throw new TypeError(`got mode ${mode}; expected one of nearest, linear, cubic`);
  if (!takes[mode]) {
    throw new ShapeError({
      given: `mode ${mode} along axes [${moved}] of ${formatShape(x.shape)}`,
      expected: `${mode === "cubic" ? "x [N, C, H, W]" : "x with one to three spatial axes"}, resized along those alone`,
    });
  }
}
