import { describe, expect, it } from "vitest";
import { float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { checkCurve } from "../testing/check-curve.js";
import { checkFold } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { broadcastPairs, forAll } from "../testing/for-all.js";
import { awayFromZero, randomTensor } from "../testing/random-tensor.js";

const anywhere = [-30, -2.5, -1, -0.125, 0, 0.125, 1, 2.5, 30];
const positive = [0.125, 0.5, 1, 2.5, 30];

describe("Pow", () => {
  it.each([
    [2, anywhere],
    [3, anywhere],
    [1, anywhere],
    [0, anywhere],
    [5, anywhere],
    [-1, anywhere.filter((x) => x !== 0)],
    [-2, anywhere.filter((x) => x !== 0)],
    [0.5, positive],
    [-0.75, positive],
    [1.5, [0, ...positive]],
  ])("has its values and slopes for the exponent %d", (p, points) =>
    checkCurve((g, x) => g.call("Pow", [x, g.scalar(p)]), {
      value: (x) => x ** p,
      slope: (x) => (p === 0 ? 0 : p * x ** (p - 1)),
      points,
    }),
  );

  it("takes whole exponents as int64 and int32, with negative bases", async () => {
    const whole: Tensor[] = [int64([3], [3, 2, 0]), { dtype: "int32", shape: [3], data: Int32Array.of(3, 2, 0) }];
    for (const p of whole) {
      const { y, gradients } = await computeGradients(
        [float32([3], [-2, -3, 0]), p],
        float32([3], [1, 1, 1]),
        (g, x, exponent) => g.call("Pow", [x, exponent]),
      );
      expect([y, gradients[0]!].map(toNumbers)).toEqual([
        [-8, 9, 1],
        [12, -6, 0],
      ]);
    }
  });

  it("has the gradient that finite differences give for base and exponent, whichever is stretched", () =>
    forAll(broadcastPairs(), ([a, b]) =>
      checkGradient([randomTensor(a, 1, { low: 0.5, high: 2 }), randomTensor(b, 2, { low: -2, high: 2 })], (g, x, p) =>
        g.call("Pow", [x, p]),
      ),
    ));

  it("has the gradient of the base for a computed exponent, whichever sign the base has", () =>
    checkGradient([awayFromZero([4, 3], 1), float32([3], [1, 2, 0])], (g, x, p) => g.call("Pow", [x, p]), {
      wanted: [0],
    }));

  it("has no slope by the exponent at base 0, and none that is a number below", async () => {
    const feeds = [float32([3], [0, -2, 2]), float32([3], [2, 2, 2])];
    const { gradients } = await computeGradients(feeds, float32([3], [1, 1, 1]), (g, x, p) => g.call("Pow", [x, p]));
    expect([...gradients[1]!.data].map((value) => Math.fround(Number(value)))).toEqual([
      0,
      Number.NaN,
      Math.fround(4 * Math.LN2),
    ]);
  });

  it("keeps a symbolic batch and the type of the base, and says that a whole exponent has no gradient", async () => {
    const graph = buildGraph([floats("N", 3), { dtype: "int64", shape: [] }], (g, x, p) => g.call("Pow", [x, p]));
    expect(graph.outputs[0]).toMatchObject({ dtype: "float32", shape: ["N", 3] });
    const gradient = computeGradients(
      [float32([], [2]), int64([], [2])],
      float32([], [1]),
      (g, x, p) => {
        return g.call("Pow", [x, p], {}, "node");
      },
      [1],
    );
    await expect(gradient).rejects.toThrow(
      "gradient of Pow (node): got an exponent of int64; expected float32 to differentiate",
    );
  });

  it("is known of whole numbers", async () => {
    await checkFold([int64([3], [2, -3, 5]), int64([], [3])], (g, x, p) => g.call("Pow", [x, p]));
    await checkFold([float32([2], [2, -3]), int64([2], [3, 0])], (g, x, p) => g.call("Pow", [x, p]));
  });
});
