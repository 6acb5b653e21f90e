import { describe, expect, it } from "vitest";
import { float32 } from "../../graph/tensor.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { openGraph } from "../../testing/run-graph.js";
import { type SgdOptions, sgd } from "./sgd.js";

const gradients = [
  [0.5, -2],
  [1, 4],
];
const lr = 0.1;

/** The parameter and its velocity after two steps from w = [1, −3], v = 0, as the graph computes them. */
async function twoSteps(options: SgdOptions, decay: boolean): Promise<{ w: number[]; v: number[] }> {
  const rule = sgd(options);
  const graph = buildGraph([floats(2), floats(2), floats(2), floats()], (g, parameter, gradient, velocity, lr) => {
    const weightDecay = decay ? rule.weightDecay : 0;
    const move = rule.begin(g, { gradients: [gradient!] });
    const next = move({
      parameter: parameter!,
      gradient: gradient!,
      slots: rule.slots.map(() => velocity!),
      lr: lr!,
      weightDecay,
    });
    return [g.call("Identity", [next.parameter], {}, "w"), g.call("Identity", [next.slots[0] ?? velocity], {}, "v")];
  });
  const open = await openGraph(graph);
  let [w, v] = [float32([2], [1, -3]), float32([2], [0, 0])];
  for (const gradient of gradients) {
    const results = await open.run({ x0: w, x1: float32([2], gradient), x2: v, x3: float32([], [lr]) });
    [w, v] = [results.w, results.v] as [typeof w, typeof v];
  }
  await open.release();
  return { w: Array.from(w.data), v: Array.from(v.data) };
}

describe("sgd", () => {
  it("remembers one tensor for each parameter", () => expect(sgd().slots).toEqual([{ name: "momentum" }]));

  it("remembers nothing without momentum", () => expect(sgd({ momentum: 0 }).slots).toEqual([]));

  // w₂ and v₂ of both elements, written out with g₁ = [0.5, −2], g₂ = [1, 4], lr = 0.1.
  it.each([
    ["plain", { momentum: 0, nesterov: false }, true, [1 - 0.05 - 0.1, -3 + 0.2 - 0.4], [0, 0]],
    [
      "momentum 0.9: v₂ = 0.9·g₁ + g₂, w₂ = w − lr·(v₁ + v₂)",
      { momentum: 0.9, nesterov: false },
      true,
      [1 - 0.1 * (0.5 + 1.45), -3 - 0.1 * (-2 + 2.2)],
      [1.45, 2.2],
    ],
    [
      "Nesterov: w₂ = w − lr·(g₁ + 0.9·v₁ + g₂ + 0.9·v₂)",
      { momentum: 0.9, nesterov: true },
      true,
      [1 - 0.1 * (0.5 + 0.45 + 1 + 0.9 * 1.45), -3 - 0.1 * (-2 - 1.8 + 4 + 0.9 * 2.2)],
      [1.45, 2.2],
    ],
    [
      // d₁ = [0.5 + 0.5, −2 − 1.5] = [1, −3.5], w₁ = [0.9, −2.65], d₂ = [1 + 0.45, 4 − 1.325]
      "weight decay 0.5 on a weight",
      { momentum: 0, nesterov: false, weightDecay: 0.5 },
      true,
      [0.9 - 0.145, -2.65 - 0.2675],
      [0, 0],
    ],
    [
      "weight decay 0.5 on a vector: none",
      { momentum: 0, nesterov: false, weightDecay: 0.5 },
      false,
      [0.85, -3.2],
      [0, 0],
    ],
    [
      // d₁ = [1, −3.5] = v₁, w₁ = w − 0.1·1.9·d₁ = [0.81, −2.335], d₂ = [1.405, 2.8325], v₂ = 0.9·v₁ + d₂
      "all of it",
      { momentum: 0.9, nesterov: true, weightDecay: 0.5 },
      true,
      [0.81 - 0.1 * (1.405 + 0.9 * 2.305), -2.335 - 0.1 * (2.8325 + 0.9 * -0.3175)],
      [2.305, -0.3175],
    ],
  ] as const)("%s", async (_, options, decay, w, v) => {
    const actual = await twoSteps(options, decay);
    for (const i of [0, 1] as const) {
      expect(actual.w[i]).toBeCloseTo(w[i], 5);
      expect(actual.v[i]).toBeCloseTo(v[i], 5);
    }
  });

  it("uses Nesterov momentum 0.9 without decay by default", async () => {
    expect(await twoSteps({}, true)).toEqual(await twoSteps({ momentum: 0.9, nesterov: true, weightDecay: 0 }, true));
  });
});
