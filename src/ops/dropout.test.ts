import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { RandomBits } from "../step/random-bits.js";
import { trainMode } from "../step/train-mode.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { runGraph } from "../testing/run-graph.js";
import { Dropout } from "./dropout.js";

const shape = [40, 500];
const ones = float32(shape, new Float32Array(20_000).fill(1));

/** y, the mask output and ∂Σy·u/∂x of a dropout node called `name` while training. */
async function trained(
  { ratio = 0.3, name = "drop", seed = 1, step = 0 },
  x: Tensor = ones,
): Promise<Record<string, Tensor>> {
  const model = buildGraph([floats(...x.shape)], (g, value) =>
    g.callMany("Dropout", [value, g.scalar(ratio)], {}, 2, name),
  );
  const g = new GraphBuilder("training");
  const bits = new RandomBits(g);
  const { values } = trainMode(g, model, x.shape[0]!, { random: bits.draw });
  const [y, mask] = model.outputs.map((output) => values.get(output.name)!) as [Value, Value];
  g.output(y, "y");
  g.output(mask, "mask");
  const loss = g.call("ReduceSum", [g.call("Mul", [y, g.scalar(3)])], { keepdims: 0 });
  g.output(differentiate(g, loss, [values.get("x0")!])[0]!, "dx");
  return runGraph(g.build(), { x0: x, random: int64([2], [seed, step]) });
}

const kept = ({ y }: Record<string, Tensor>) => toNumbers(y!).map((value) => Number(value !== 0));

describe("Dropout", () => {
  it("passes everything for inference, and says so", async () => {
    const x = float32([4], [1, -2, 0, 5]);
    const [y, mask] = await compute([x], (g, value) => g.callMany("Dropout", [value], {}, 2));
    expect(y).toEqual(x);
    expect(toNumbers(mask!)).toEqual([1, 1, 1, 1]);
  });

  it.each([0.1, 0.3, 0.5, 0.9])(
    "drops a share of %f while training and scales the rest by 1 / (1 − ratio)",
    async (p) => {
      const results = await trained({ ratio: p });
      const dropped = 1 - kept(results).reduce((sum, value) => sum + value, 0) / 20_000;
      expect(Math.abs(dropped - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 20_000));
      const scale = Math.fround(1 / (1 - Math.fround(p)));
      expect(new Set(toNumbers(results.y!))).toEqual(new Set([0, scale]));
      expect(toNumbers(results.mask!)).toEqual(kept(results));
    },
  );

  it("has the gradient of the very mask", async () => {
    const results = await trained({});
    const scale = Math.fround(Math.fround(1 / (1 - Math.fround(0.3))) * 3);
    for (const [i, value] of toNumbers(results.dx!).entries()) {
      expect(value).toBeCloseTo(kept(results)[i]! * scale, 5);
      if (i === 300) break;
    }
    const zeros = (tensor: Tensor) => toNumbers(tensor).map((value) => value === 0);
    expect(zeros(results.dx!)).toEqual(zeros(results.y!));
  });

  it("draws the same mask from the same seed, step and name, and another one from any other", async () => {
    const first = kept(await trained({}));
    expect(kept(await trained({}))).toEqual(first);
    for (const other of [{ step: 1 }, { seed: 2 }, { name: "drop2" }]) {
      const mask = kept(await trained(other));
      const both = mask.filter((value, i) => value === 1 && first[i] === 1).length / 20_000;
      expect(Math.abs(both - 0.49)).toBeLessThan(5 * Math.sqrt((0.49 * 0.51) / 20_000)); // 0.7², as independent masks meet
    }
  });

  it("keeps all with ratio 0 and nothing with ratio 1", async () => {
    expect(new Set(toNumbers((await trained({ ratio: 1 })).y!))).toEqual(new Set([0]));
    const model = buildGraph([floats(2, 3)], (g, x) => g.call("Dropout", [x, g.scalar(0)]));
    const g = new GraphBuilder("training");
    trainMode(g, model, 2, { random: new RandomBits(g).draw });
    expect(g.build().inputs.map(({ name }) => name)).toEqual(["x0"]);
  });

  it("does nothing while training without random state, or in eval mode", () => {
    for (const options of [{}, { mode: "eval" } as const]) {
      const model = buildGraph([floats(2, 3)], (g, x) => g.call("Dropout", [x]));
      const g = new GraphBuilder("training");
      const { values } = trainMode(g, model, 2, options);
      g.output(values.get(model.outputs[0]!.name)!, "y");
      expect(g.build().nodes.map(({ op }) => op)).not.toContain("Mul");
    }
  });

  it("reads the ratio of older files from its attribute", () => {
    const g = new GraphBuilder("old");
    const x = g.input("x", "float32", [3]);
    const node = {
      name: "d",
      op: "Dropout",
      domain: "",
      inputs: ["x"],
      outputs: ["y"],
      attributes: { ratio: { float: 0.25 } },
    };
    const upgraded = Dropout.upgrade!(g, node, 11);
    expect(upgraded.attributes).toEqual({});
    expect(g.constantOf(g.value(upgraded.inputs[1]!))).toEqual(float32([], [0.25]));
    expect(g.append(upgraded)[0]).toMatchObject({ name: "y", shape: x.shape });
    const plain = { ...node, attributes: {} };
    expect(Dropout.upgrade!(g, plain, 11)).toEqual(plain);
    const training = { ...plain, inputs: ["x", "ratio", "yes"] };
    expect(Dropout.upgrade!(g, training, 13)).toEqual({ ...plain, inputs: ["x", "ratio"] });
  });

  it("refuses a file exported for training, and a ratio out of range", async () => {
    const yes: Tensor = { dtype: "bool", shape: [], data: Uint8Array.of(1) };
    expect(() =>
      buildGraph([floats(3)], (g, x) => g.call("Dropout", [x, g.scalar(0.5), g.constant(yes)], {}, "d")),
    ).toThrow("Dropout (d): got training_mode true; expected false, as exported for inference");
    await expect(trained({ ratio: 1.5 })).rejects.toThrow("got ratio 1.5; expected a number from 0 to 1");
  });
});
