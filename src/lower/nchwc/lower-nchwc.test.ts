import { describe, expect, it } from "vitest";
import { bindDims } from "../../clean/replay.js";
import type { Graph } from "../../graph/graph.js";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor } from "../../graph/tensor.js";
import { conv } from "../../layers/conv.js";
import { Random } from "../../random.js";
import { gradientStep } from "../../step/gradient-step.js";
import { trainingStep } from "../../step/training-step.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { type NamedTensors, runFile } from "../../testing/run-graph.js";
import { crossEntropy } from "../../train/losses.js";
import { sgd } from "../../train/optimizers/optimizers.js";
import type { Target } from "../lower.js";
import { block, count } from "./both-ways.test.helper.js";
import { lowerNchwc } from "./lower-nchwc.js";
import { classes, network, stages } from "./residual-net.test.helper.js";

const b = block ?? 16;
/** Random images, labels, weights and statistics that are not their first values. */
function feedsFor(model: Graph, batch: number, seed = 1): NamedTensors {
  const random = new Random(seed, "feeds");
  const [, ...input] = model.inputs[0]!.shape.map(Number);
  const size = [batch, ...input];
  const x = Float32Array.from({ length: size.reduce((n, dim) => n * dim, 1) }, () => random.normal());
  const labels = Array.from({ length: batch }, () => random.below(classes));
  const moved = (values: Float32Array) => values.map((value) => value + 0.2 * random.float());
  const vectors = [...initialise(model, seed)].map(([name, { shape, data }]): [string, Tensor] => {
    const values = data as Float32Array;
    return [name, float32(shape, shape.length > 1 ? values : moved(values))];
  });
  return { x: float32(size, x), y: int64([batch], labels), ...Object.fromEntries(vectors) };
}

/**
 * The largest ‖a − b‖ / ‖b‖ of any gradient, where one that is small beside all the others counts as 1 % of them.
 * Norms, so that a single ReLU that flips does not decide.
 */
function distance(a: Readonly<Record<string, Tensor>>, b: Readonly<Record<string, Tensor>>): number {
  const names = Object.keys(b).filter((name) => name.startsWith("grad."));
  const norm = (values: number[]) => Math.hypot(...values);
  const values = (of: Readonly<Record<string, Tensor>>, name: string) => Array.from(of[name]!.data, Number);
  const sizes = names.map((name) => norm(values(b, name)));
  const least = 0.01 * norm(sizes);
  return Math.max(
    ...names.map((name, i) => {
      const expected = values(b, name);
      return norm(values(a, name).map((value, j) => value - expected[j]!)) / Math.max(sizes[i]!, least);
    }),
  );
}

/**
 * Gradients of the mean loss in both lowerings, how far apart they are, and how far apart the standard ones of images
 * are that differ by 2e-7, a rounding: what the arithmetic itself leaves open.
 */
async function compared(model: Graph, batch: number) {
  const feeds = feedsFor(model, batch);
  const options = { batch, loss: crossEntropy() };
  const { graph } = gradientStep(model, { ...options, target: { channelBlock: block } });
  const standardFile = writeOnnx(gradientStep(model, options).graph);
  const standard = await runFile(standardFile, feeds);
  const blocked = await runFile(writeOnnx(graph), feeds);
  const x = feeds.x as Tensor<"float32">;
  const nudged = float32(
    x.shape,
    x.data.map((value, i) => value * (1 + (i % 2 === 0 ? 2e-7 : -2e-7))),
  );
  const shaken = await runFile(standardFile, { ...feeds, x: nudged });
  return {
    ops: graph.nodes.map(({ op }) => op),
    loss: Math.abs(Number(blocked.loss!.data[0]) - Number(standard.loss!.data[0])),
    names: Object.keys(standard),
    apart: distance(blocked, standard),
    rounding: distance(shaken, standard),
  };
}

const down = { channels: 2 * b, stride: 2 };
const smooth = { activation: "Sigmoid" } as const;

describe.skipIf(block === undefined)(
  "gradients of whole networks, as near as ten roundings of the images leave them",
  () => {
    it.each([
      [
        "two plain blocks",
        [3, 8, 8],
        b,
        [
          { channels: b, ...smooth },
          { ...down, ...smooth },
        ],
      ],
      [
        "two SE blocks",
        [3, 8, 8],
        b,
        [
          { channels: b, se: true, ...smooth },
          { ...down, se: true, ...smooth },
        ],
      ],
      [
        "the shortcut first in the sum",
        [3, 8, 8],
        b,
        [
          { channels: b, turned: true, ...smooth },
          { ...down, turned: true, ...smooth },
        ],
      ],
      [
        "option A",
        [3, 8, 8],
        b,
        [
          { channels: b, ...smooth },
          { ...down, shortcut: "A", se: true, ...smooth },
        ],
      ],
      [
        "grey images of 28×28, halved twice to an odd size",
        [1, 28, 28],
        b,
        [
          { ...down, ...smooth },
          { ...down, se: true, ...smooth },
        ],
      ],
      [
        "an odd size, halved",
        [3, 7, 9],
        b,
        [
          { channels: b, ...smooth },
          { ...down, se: true, ...smooth },
        ],
      ],
      ["an odd size with option A", [3, 7, 7], b, [{ ...down, shortcut: "A", ...smooth }]],
      [
        "a batch that does not fill a block",
        [3, 8, 8],
        b - 6,
        [
          { channels: b, se: true, ...smooth },
          { ...down, ...smooth },
        ],
      ],
      [
        "a batch of three",
        [3, 8, 8],
        3,
        [
          { channels: b, se: true, ...smooth },
          { ...down, se: true, ...smooth },
        ],
      ],
      ["two blocks of images", [3, 6, 6], 2 * b, [{ ...down, se: true, ...smooth }]],
    ] as const)("%s", async (_, input, batch, blocks) => {
      const { ops, loss, names, apart, rounding } = await compared(
        network(input, (p, x) => stages(p, x, ...blocks)),
        batch,
      );
      expect(count(ops, "NchwcConv")[0]).toBeGreaterThan(10);
      expect(names.length).toBeGreaterThan(9);
      expect(loss).toBeLessThan(1e-6);
      expect(apart).toBeLessThan(10 * rounding);
    });
  },
);

describe.skipIf(block === undefined)("gradients of networks with ReLUs, alike", () => {
  it.each([
    ["two plain blocks", [3, 8, 8], b, [{ channels: b }, down]],
    [
      "two SE blocks",
      [3, 8, 8],
      b,
      [
        { channels: b, se: true },
        { ...down, se: true },
      ],
    ],
    [
      "grey images of 28×28",
      [1, 28, 28],
      b,
      [
        { ...down, se: true },
        { ...down, turned: true },
      ],
    ],
  ] as const)("%s", async (_, input, batch, blocks) => {
    const { loss, apart, rounding } = await compared(
      network(input, (p, x) => stages(p, x, ...blocks)),
      batch,
    );
    expect(loss).toBeLessThan(1e-6);
    expect(apart).toBeLessThan(10 * rounding);
  });
});

describe.skipIf(block === undefined)("the blocked graph", () => {
  const model = network([3, 8, 8], (p, x) => stages(p, x, { channels: b, se: true }));
  const graph = buildGraph([floats(2, 3, 6, 6), floats(b, 3, 3, 3)], (g, x, w) => {
    const map = g.call("Conv", [x, w], { kernel_shape: [3, 3] }, "map");
    g.metadata([["note", "kept"]]);
    g.call("Sigmoid", [map]); // nobody needs it
    return [g.call("GlobalAveragePool", [map], {}, "mean"), map, x!];
  });

  it("keeps inputs, outputs and what the file says, under their names and in their order", () => {
    const { inputs, outputs, metadata, nodes } = lowerNchwc(graph, b);
    expect(inputs).toEqual(graph.inputs);
    expect(outputs).toEqual(graph.outputs);
    expect(metadata).toEqual(new Map([["note", "kept"]]));
    expect(nodes.map(({ op }) => op)).not.toContain("Sigmoid");
  });

  it("keeps parameters and state of a training step", () => {
    const options = { batch: b, loss: crossEntropy(), optimizer: sgd() };
    const [plain, blocked] = [
      trainingStep(model, options),
      trainingStep(model, { ...options, target: { channelBlock: b } }),
    ];
    expect(blocked.graph.parameters).toEqual(plain.graph.parameters);
    expect(blocked.graph.inputs).toEqual(plain.graph.inputs);
    expect(blocked.graph.outputs).toEqual(plain.graph.outputs);
    expect(blocked.state).toEqual(plain.state);
  });

  it("holds operators of the engine's own; the standard one holds ONNX's alone", () => {
    const domains = (target: Target) =>
      new Set(gradientStep(model, { batch: b, loss: crossEntropy(), target }).graph.nodes.map(({ domain }) => domain));
    expect(domains({})).toEqual(new Set([""]));
    expect(domains({ channelBlock: b })).toEqual(new Set(["", "com.microsoft.nchwc"]));
  });

  it("works on maps alone between the first convolution and the pool: weights alone are reordered, while it infers", () => {
    const frozen = lowerNchwc(bindDims(model, { N: b }), b);
    const ops = frozen.nodes.map(({ op }) => op);
    expect(count(ops, "ReorderInput", "ReorderOutput", "Conv", "BatchNormalization", "Relu")).toEqual([3, 0, 2, 0, 1]);
  });

  it("is the standard one where no map fills a block", () => {
    const { graph: small } = gradientStep(
      network([3, 8, 8], (p, x) => conv(p.at("conv"), x, { channels: b - 1, kernel: 3 })),
      { batch: b, loss: crossEntropy(), target: { channelBlock: b } },
    );
    expect(small.nodes.filter(({ domain }) => domain !== "")).toEqual([]);
  });

  it("needs every extent to have a size, and says so", () => {
    expect(() => lowerNchwc(model, b)).toThrow('expected every extent to be a number; bind "N" first (bindDims)');
  });
});
