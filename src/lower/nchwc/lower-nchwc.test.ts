import { describe, expect, it } from "vitest";
import { bindDims } from "../../clean/replay.js";
import { GraphBuilder } from "../../graph/builder.js";
import type { Graph, Value } from "../../graph/graph.js";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor } from "../../graph/tensor.js";
import { squeezeExcite } from "../../layers/attention/squeeze-excite.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { conv } from "../../layers/conv.js";
import { linear } from "../../layers/linear.js";
import { Scope } from "../../layers/scope.js";
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

const b = block ?? 16;
const classes = 4;

/** A network from images to logits, whose body is given. */
function network(input: readonly [number, number, number], body: (p: Scope, x: Value) => Value): Graph {
  const g = new GraphBuilder("tiny");
  const p = new Scope(g);
  const y = body(p, g.input("x", "float32", ["N", ...input]));
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [y])]);
  g.output(linear(p.at("fc"), pooled, { features: classes }), "logits");
  return g.build();
}

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

interface BlockOptions {
  readonly channels: number;
  readonly stride?: number;
  readonly se?: boolean;
  readonly shortcut?: "projection" | "A";
  /** Whether the shortcut is the first operand of the sum. */
  readonly turned?: boolean;
  /** What stands for ReLU; a smooth one has no kinks to flip at. */
  readonly activation?: "Relu" | "Sigmoid";
}

/** A basic block as in the models, in its variants. */
function residual(p: Scope, x: Value, options: BlockOptions): Value {
  const { channels, stride = 1, se = false, shortcut = "projection", turned = false, activation = "Relu" } = options;
  const { g } = p;
  const active = (v: Value) => g.call(activation, [v]);
  let y = active(batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels, kernel: 3, stride })));
  y = batchNorm(p.at("bn2"), conv(p.at("conv2"), y, { channels, kernel: 3 }));
  if (se) y = squeezeExcite(p.at("se"), y, { reduction: 4 });
  const same = stride === 1 && x.shape[1] === channels;
  const past = same ? x : shortcut === "A" ? optionA(g, x, channels) : projection(p.at("down"), x, channels, stride);
  return active(g.call("Add", turned ? [past, y] : [y, past]));
}

function projection(p: Scope, x: Value, channels: number, stride: number): Value {
  return batchNorm(p.at(1), conv(p.at(0), x, { channels, kernel: 1, stride }));
}

function optionA(g: GraphBuilder, x: Value, channels: number): Value {
  const halved = g.call("Slice", [
    x,
    g.ints([0, 0]),
    g.ints([2 ** 31 - 1, 2 ** 31 - 1]),
    g.ints([2, 3]),
    g.ints([2, 2]),
  ]);
  return g.call("Pad", [halved, g.ints([0, 0, 0, 0, 0, channels - Number(x.shape[1]), 0, 0])]);
}

/** First convolution, batch norm and activation, then blocks. */
function stages(p: Scope, x: Value, ...blocks: readonly BlockOptions[]): Value {
  const activation = blocks[0]?.activation ?? "Relu";
  const first = conv(p.at("conv1"), x, { channels: b, kernel: 3 });
  const stem = p.g.call(activation, [batchNorm(p.at("bn1"), first)]);
  return blocks.reduce((y, options, i) => residual(p.at(`layer${i + 1}`), y, options), stem);
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
