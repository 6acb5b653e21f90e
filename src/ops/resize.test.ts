import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../graph/graph.js";
import { elements, float32, type Tensor } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";
import { resizeAttributes } from "./resize.js";
import type { AxisMap } from "./rules/axis-map.js";
import { resizeMap } from "./rules/resize-map.js";

const coordinates = [
  "half_pixel",
  "asymmetric",
  "align_corners",
  "pytorch_half_pixel",
  "tf_half_pixel_for_nn",
  "half_pixel_symmetric",
];
const settings = fc.record({
  coordinate_transformation_mode: fc.constantFrom(...coordinates),
  nearest_mode: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
  exclude_outside: fc.nat(1),
  antialias: fc.constantFrom(0, 0, 1),
});

/** An image of one to three axes, or of two where only those are taken, and what it is resized to. */
const cases = fc
  .record({
    size: fc.array(extents(6), { minLength: 1, maxLength: 3 }),
    to: fc.tuple(extents(13), extents(9), extents(5)),
    mode: fc.constantFrom("nearest", "nearest", "linear", "linear", "cubic"),
    settings,
  })
  .filter(({ size, mode, settings: { antialias } }) => size.length === 2 || (mode !== "cubic" && antialias === 0))
  .map(({ size, to, mode, settings }) => ({
    shape: [2, 2, ...size],
    to: to.slice(0, size.length),
    attributes: {
      ...settings,
      mode,
      antialias: mode === "nearest" ? 0 : settings.antialias,
      exclude_outside: mode === "cubic" ? settings.exclude_outside : 0,
      cubic_coeff_a: -0.5,
    },
  }));

/** x mapped along one axis by the definition, in double precision. */
function mapped(x: Tensor, axis: number, map: AxisMap): Tensor {
  const shape = x.shape.with(axis, map.length);
  const inner = elements(x.shape.slice(axis + 1));
  const data = Float32Array.from({ length: elements(shape) }, (_, i) => {
    const [outer, o, rest] = [Math.floor(i / inner / map.length), Math.floor(i / inner) % map.length, i % inner];
    return map[o]!.reduce(
      (sum, { at, weight }) => sum + weight * Number(x.data[(outer * x.shape[axis]! + at) * inner + rest]),
      0,
    );
  });
  return float32(shape, data);
}

describe("Resize", () => {
  it("agrees with the definition for every mode, place and size", () =>
    forAll(
      cases,
      async ({ shape, to, attributes }) => {
        const x = randomTensor(shape, 1);
        const [y] = await compute([x], (g, a) =>
          g.call("Resize", [a, undefined, undefined, g.ints([2, 2, ...to])], attributes),
        );
        const all = { ...defaults(), ...attributes };
        const expected = to.reduce<Tensor>((made, size, i) => {
          const axis = {
            from: shape[i + 2]!,
            to: size,
            scale: Math.fround(size / shape[i + 2]!),
            roi: [0, 1] as const,
          };
          return mapped(made, i + 2, resizeMap(axis, all));
        }, x);
        expect(y!.shape).toEqual([2, 2, ...to]);
        expect(largestError(y!, expected)).toBeLessThan(2e-5);
      },
      300,
    ));

  it("has the gradient that finite differences give", () =>
    forAll(
      cases,
      ({ shape, to, attributes }) =>
        checkGradient([randomTensor(shape, 1)], (g, x) =>
          g.call("Resize", [x, undefined, undefined, g.ints([2, 2, ...to])], attributes),
        ),
      100,
    ));

  it("has it by scales, whose product with the extent is cut off, and along listed axes", () =>
    forAll(
      fc.tuple(fc.constantFrom(0.4, 0.75, 1, 1.3, 2, 2.5), fc.constantFrom("nearest", "linear")),
      ([scale, mode]) =>
        checkGradient([randomTensor([1, 2, 5, 7], 1)], (g, x) => {
          const scales = g.constant(float32([2], [scale, 2]));
          const y = g.call("Resize", [x, undefined, scales], { mode, axes: [-1, 2] });
          expect(y.shape).toEqual([1, 2, 10, Math.floor(Math.fround(scale) * 7)]);
          return y;
        }),
    ));

  it("has it where an axis is long", () =>
    checkGradient([randomTensor([1, 1, 700], 1)], (g, x) =>
      g.call("Resize", [x, undefined, undefined, g.ints([1, 1, 1501])], { mode: "linear" }),
    ));

  it("crops, and gives nothing to what lies outside", () =>
    checkGradient([randomTensor([1, 1, 5, 6], 1)], (g, x) => {
      const roi = g.constant(float32([8], [0, 0, -0.2, 0.3, 1, 1, 0.9, 1.4]));
      return g.call("Resize", [x, roi, undefined, g.ints([1, 1, 4, 7])], {
        mode: "linear",
        coordinate_transformation_mode: "tf_crop_and_resize",
      });
    }));

  it.each([
    ["not_larger", [4, 7]],
    ["not_smaller", [7, 14]],
  ])("keeps the aspect ratio: %s", async (keep_aspect_ratio_policy, expected) => {
    const attributes = { axes: [2, 3], keep_aspect_ratio_policy, mode: "linear" };
    const resize = (g: Parameters<Parameters<typeof compute>[1]>[0], x: Value) =>
      g.call("Resize", [x, undefined, undefined, g.ints([7, 7])], attributes);
    const [y] = await compute([randomTensor([1, 1, 2, 4], 1)], resize);
    expect(y!.shape).toEqual([1, 1, ...expected]);
    await checkGradient([randomTensor([1, 1, 2, 4], 1)], resize);
  });

  it("keeps a symbolic batch, by scales and by sizes that are computed from it", () => {
    const graph = buildGraph([floats("N", 2, 3, 4)], (g, x) => {
      const batch = g.call("Slice", [g.call("Shape", [x]), g.ints([0]), g.ints([2])]);
      const sizes = g.call("Concat", [batch, g.ints([6, 5])], { axis: 0 });
      return [
        g.call("Resize", [x, undefined, undefined, sizes]),
        g.call("Resize", [x, undefined, g.constant(float32([4], [1, 1, 2, 1.5]))]),
      ];
    });
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([
      ["N", 2, 6, 5],
      ["N", 2, 6, 6],
    ]);
  });

  it("takes the empty roi and scales that older files give beside sizes", async () => {
    const empty = float32([0], []);
    const [y] = await compute([randomTensor([1, 1, 2, 2], 1)], (g, x) =>
      g.call("Resize", [x, g.constant(empty), g.constant(empty), g.ints([1, 1, 4, 4])]),
    );
    expect(y!.shape).toEqual([1, 1, 4, 4]);
  });

  it.each<[string, (number | string)[], number[], object, string]>([
    [
      "a batch that changes",
      ["N", 1, 2, 2],
      [2, 1, 2, 2],
      {},
      'got 2 for "N" of [N, 1, 2, 2]; expected symbolic extents to stay as they are',
    ],
    [
      "too few sizes",
      [1, 1, 2, 2],
      [2, 2],
      {},
      "got no scales and 2 sizes that are known; expected either, one for each of 4 axes",
    ],
    [
      "linear channels",
      [1, 2, 2, 2],
      [1, 4, 2, 2],
      { mode: "linear" },
      "got mode linear along axes [1] of [1, 2, 2, 2]; expected x with one to three spatial axes, resized along those alone",
    ],
    [
      "a cubic volume",
      [1, 2, 2, 2, 2],
      [1, 2, 4, 4, 4],
      { mode: "cubic" },
      "got mode cubic along axes [2,3,4] of [1, 2, 2, 2, 2]; expected x [N, C, H, W], resized along those alone",
    ],
    [
      "another mode",
      [1, 1, 2, 2],
      [1, 1, 4, 4],
      { mode: "area" },
      "got mode area; expected one of nearest, linear, cubic",
    ],
  ])("refuses %s", (_, shape, sizes, attributes, message) => {
    const build = () =>
      buildGraph([floats(...shape)], (g, x) =>
        g.call("Resize", [x, undefined, undefined, g.ints(sizes)], attributes, "node"),
      );
    expect(build).toThrow(`Resize (node): ${message}`);
  });
});

function defaults() {
  const entries = Object.entries(resizeAttributes).map(([name, { fallback }]) => [name, fallback]);
  return Object.fromEntries(entries) as Parameters<typeof resizeMap>[1];
}
