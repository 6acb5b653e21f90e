import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importModel } from "../clean/import-model.js";
import type { Model, Weights } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { type Attention, parseAttention } from "../layers/attention/attention.js";
import { Random } from "../random.js";
import { gradientStep } from "../step/gradient-step.js";
import { openGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { type Inserted, insertAttention, insertedWeights } from "./insert-attention.js";
import { differenceOf, outputOf } from "./outputs.test.helper.js";

const read = (name: string): Model =>
  importModel(readOnnx(readFileSync(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url))));

const attentionOf = (text: string) => parseAttention(text) as Exclude<Attention, { kind: "none" }>;

function inserted(name: string, text: string): { model: Model; made: Inserted; weights: Weights } {
  const model = read(name);
  const made = insertAttention(model.graph, { attention: attentionOf(text) });
  return { model, made, weights: insertedWeights(made, model.weights) };
}

/** Every kind of block that can start as identity, and by how much answers may differ. */
const exact = [
  "se",
  "se:reduction=4",
  "se:bias=false",
  "se:gate=hard-sigmoid",
  "se:gate=relu",
  "se:squeeze=max",
  "se:squeeze=none",
  "se:weights=linear",
  "se:activation=silu",
  "se:placement=pre",
  "se:placement=post",
  "se:placement=identity",
  "eca",
  "eca:kernel=5,gate=hard-sigmoid",
  "ceca",
  "cse",
  "sse",
  "sse:bias=false",
  "scse",
  "scse:join=max",
  "cbam",
  "cbam:bias=false",
  "ge",
  "ge:variant=plain",
  "ge:variant=plain,extent=2",
  "ge:variant=plus,extent=2",
  "ese",
  "ese:gate=relu",
  "gc:reduction=2",
  "gc:reduction=2,fuse=scale",
];

describe("identity start", () => {
  it.each(exact)("%s leaves the answers of a residual network as they were, bit for bit", async (text) => {
    const { model, made, weights } = inserted("resnet18", text);
    expect(made.sites.length).toBe(2);
    const after = await outputOf({ graph: made.graph, weights }, { level: "disabled" });
    expect(after).toEqual(await outputOf(model, { level: "disabled" }));
  });

  it.each(["se:gate=tanh", "ese:gate=tanh"])("%s, whose gate is ½ but for rounding, by 1e-6", async (text) => {
    const { model, made, weights } = inserted("resnet18", text);
    const after = await outputOf({ graph: made.graph, weights }, { level: "disabled" });
    expect(differenceOf(after, await outputOf(model, { level: "disabled" }))).toBeLessThan(1e-6);
  });

  it.each([
    ["ge:variant=minus", "ge:variant=minus has no parameters, so its gates follow the map from the start"],
    ["eca:gate=relu", "a relu gate of eca, which has no bias, starts at 0"],
    ["se:gate=tanh,bias=false", "a tanh gate without a bias starts at 0"],
    [
      "scse:gate=relu",
      "of scse the channel gate is relu and the pixel gate a sigmoid, which start at different values",
    ],
  ])("%s says that it has none", (text, why) => {
    const { graph } = read("resnet18");
    expect(() => insertAttention(graph, { attention: attentionOf(text) })).toThrow(
      `with start identity; expected a block that can start so: ${why}; take start paper, or another block`,
    );
    expect(insertAttention(graph, { attention: attentionOf(text), start: "paper" }).sites.length).toBe(2);
  });

  // relu6 is no obstacle: the convolution after the gate is doubled, and no limit changes
  it("doubles the convolution after a relu6, not its limit", () => {
    const { made, model } = inserted("mobilenet_v2.folded", "se");
    expect(made.scaled.size).toBe(made.sites.length);
    for (const { from } of made.scaled.values()) expect(model.graph.parameters.get(from)!.shape.length).toBe(4);
    const limits = (graph: Model["graph"]) =>
      graph.nodes.filter(({ op }) => op === "Clip").map(({ inputs }) => graph.constants.get(inputs[2]!)!.data[0]);
    expect(limits(made.graph)).toEqual(limits(model.graph));
  });
});

describe("what starts as identity", () => {
  const kinds = [
    "se",
    "se:gate=hard-sigmoid",
    "se:gate=relu",
    "eca",
    "sse",
    "scse",
    "cbam:reduction=2",
    "ge",
    "ge:variant=plain",
    "ese",
    "gc:reduction=2",
  ];
  it.each(kinds)(
    "%s: every block learns from the first step, all of it from the second, and the loss falls",
    async (text) => {
      const { made, weights } = inserted("resnet18", text);
      const own = [...made.graph.parameters].filter(
        ([name, { trainable }]) => trainable && made.sites.some((site) => name.startsWith(`${site.name}.`)),
      );
      const { graph } = gradientStep(made.graph, { batch: 8, loss: crossEntropy(), mode: "train" });
      const step = await openGraph(graph);
      let feeds: Record<string, Tensor> = { ...images(made.graph), ...Object.fromEntries(weights) };
      const losses: number[] = [];
      for (let i = 0; i < 10; i++) {
        const results = await step.run(feeds);
        losses.push(results.loss!.data[0] as number);
        const size = ([name]: (typeof own)[0]) => norm(results[`grad.${name}`]!);
        for (const site of made.sites) {
          const block = own.filter(([name]) => name.startsWith(`${site.name}.`));
          // biases before a batch norm and logits' shift under a softmax change nothing; everything else does
          const dead = block.filter((entry) => size(entry) === 0).map(([name]) => name.slice(site.name.length + 1));
          if (i === 0) expect(dead.length).toBeLessThan(block.length);
          if (i === 2) expect(dead.filter((name) => name !== "conv_attn.bias")).toEqual([]);
        }
        const next = own.map(([name]) => [name, minus(feeds[name]!, results[`grad.${name}`]!, 0.05)] as const);
        feeds = { ...feeds, ...Object.fromEntries(next) };
      }
      await step.release();
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    },
  );

  it("has the loss in training that the network had", async () => {
    const { model, made, weights } = inserted("resnet18", "se");
    const lossOf = async ({ graph, weights }: Model) => {
      const step = await openGraph(gradientStep(graph, { batch: 8, loss: crossEntropy(), mode: "train" }).graph);
      const { loss } = await step.run({ ...images(graph), ...Object.fromEntries(weights) });
      await step.release();
      return loss!.data[0] as number;
    };
    const before = await lossOf(model);
    expect(Math.abs((await lossOf({ graph: made.graph, weights })) - before)).toBeLessThan(1e-6 * before);
  });
});

function images({ inputs }: Model["graph"]): Record<string, Tensor> {
  const [{ name, shape }] = inputs as [(typeof inputs)[0]];
  const size = [8, ...(shape.slice(1) as number[])];
  const random = new Random(5, "images");
  const data = Float32Array.from({ length: size.reduce((a, b) => a * b) }, () => random.normal());
  return { [name]: float32(size, data), y: int64([8], [0, 1, 2, 3, 4, 5, 6, 7]) };
}

function norm({ data }: Tensor): number {
  return Math.hypot(...Array.from(data as Float32Array));
}

function minus(value: Tensor, gradient: Tensor, rate: number): Tensor {
  const by = gradient.data as Float32Array;
  return float32(
    value.shape,
    (value.data as Float32Array).map((x, i) => x - rate * by[i]!),
  );
}
