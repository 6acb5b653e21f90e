import { afterAll, describe, expect, it } from "vitest";
import { defineDataset } from "../data/dataset.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Model } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, floatsOf } from "../graph/tensor.js";
import { Random } from "../random.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { chooseDrops } from "./choose-drops.js";
import { dropGates } from "./drop-gates.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const random = new Random(7, "choose");
const labels = Uint8Array.from({ length: 60 }, (_, n) => n % 3);
const images = Uint8Array.from({ length: 60 * 12 }, (_, i) => {
  const [n, c] = [Math.floor(i / 12), Math.floor((i % 12) / 4)];
  return (c === labels[n] ? 150 : 90) + random.below(40);
});
const split = { images, labels, length: 60 };
const dataset = {
  ...defineDataset({
    ...{ name: "by hand", classes: ["a", "b", "c"], channels: 3, height: 2, width: 2 },
    ...{ train: split, test: split, augment: { flip: false, pad: 0 } },
  }),
  mean: [0.5, 0.5, 0.5],
  std: [0.1, 0.1, 0.1],
};

/** Three convolutions with a gate behind each; the second one alone looks at the image. */
function three(): Model {
  const g = new GraphBuilder("three");
  const weights = new Map<string, ReturnType<typeof float32>>();
  const parameter = (name: string, shape: number[], value: (i: number) => number) => {
    const data = Float32Array.from({ length: shape.reduce((all, dim) => all * dim, 1) }, (_, i) => value(i));
    weights.set(name, float32(shape, data));
    return g.parameter(name, shape, { kind: "constant", value: 0 });
  };
  let x = g.input("x", "float32", ["N", 3, 2, 2]);
  for (const [b, looks] of [0, 1, 0].entries()) {
    const kernel = parameter(`conv${b}.weight`, [3, 3, 1, 1], (i) => (i % 4 === 0 ? 1 : 0.1));
    const y = g.call("Conv", [x, kernel, parameter(`conv${b}.bias`, [3], (i) => 0.1 * i)]);
    const dense = parameter(`fc${b}.weight`, [3, 3, 1, 1], (i) => (looks && i % 4 === 0 ? 3 : 0));
    const bias = parameter(`fc${b}.bias`, [3], (i) => i - 1);
    const gate = g.call(
      "Sigmoid",
      [g.call("Conv", [g.call("GlobalAveragePool", [y]), dense, bias])],
      {},
      `block${b}.gate`,
    );
    x = g.call("Mul", [y, gate]);
  }
  g.output(g.call("Flatten", [g.call("GlobalAveragePool", [x])]), "logits");
  return { graph: g.build(), weights };
}

async function logits({ graph, weights }: { graph: Graph; weights: Model["weights"] }): Promise<Float32Array> {
  const session = await runtime.open(writeOnnx(graph, weights));
  const data = Float32Array.from(images, (byte) => (byte / 255 - 0.5) / 0.1);
  const { logits: given } = await session.run({ x: float32([60, 3, 2, 2], data) });
  await session.release();
  return floatsOf(given);
}

describe("chooseDrops", () => {
  it("finds the two gates that are constants, whose loss changes nothing, and the answers stay", async () => {
    const model = three();
    const { scales, steps, images: seen } = await chooseDrops({ runtime, ...model, dataset });
    expect([...scales.keys()].toSorted()).toEqual(["block0", "block2"]);
    expect(seen).toBe(60);
    for (const { together } of steps) expect(Math.abs(together.mean)).toBeLessThan(1e-6);
    const without = dropGates(model, scales);
    expect(without.dropped.map(({ into }) => into).toSorted()).toEqual(["conv0.weight", "conv2.weight"]);
    const [before, after] = [await logits(model), await logits(without)];
    for (const [i, value] of after.entries())
      expect(Math.abs(value - before[i]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  });

  it("takes more where the loss may rise, and none where it may not", async () => {
    const model = three();
    expect((await chooseDrops({ runtime, ...model, dataset, maxDrop: 100 })).scales.size).toBe(3);
    const { graph, weights } = model;
    const looking = {
      graph,
      weights: new Map(
        [...weights].map(([name, tensor]) => [name, /^fc\d\.weight/.test(name) ? weights.get("fc1.weight")! : tensor]),
      ),
    };
    expect((await chooseDrops({ runtime, ...looking, dataset, maxDrop: 0 })).scales.size).toBe(0);
  });
});
