import { describe, expect, it } from "vitest";
import type { Graph, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { elements, float32, int64, type Tensor } from "../graph/tensor.js";
import { outputOf } from "../insert/outputs.test.helper.js";
import { parseAttention } from "../layers/attention/attention.js";
import { Random } from "../random.js";
import { gradientStep } from "../step/gradient-step.js";
import { openGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { createModel, type ModelOptions, models } from "./index.js";

const gated = Object.entries(models).filter(([, { attention }]) => attention === "se");

/** What a network is tested with: its own size of images where that is small, few classes. */
function small(name: string): ModelOptions {
  const { input, family } = models[name]!;
  const size = input[1] === 32 ? 32 : family === "inception" && !name.includes("bn") ? 107 : 64;
  return { input: [3, size, size], classes: 10 };
}

/** First weights by the parameters' own distributions, whose numbers take less time than normal ones. */
function quickWeights({ parameters }: Graph): Weights {
  return new Map(
    [...parameters].map(([name, { shape, init }]) => {
      const data = new Float32Array(elements(shape));
      if (init.kind === "constant") return [name, float32(shape, data.fill(init.value))];
      let state = Math.floor(2 ** 32 * new Random(1, nameInHost(name, parameters)).float());
      const reach = Math.sqrt(6 / Math.max(1, elements(shape.slice(1))));
      for (let i = 0; i < data.length; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        data[i] = (init.times ?? 1) * Math.fround(reach * (state / 2 ** 31 - 1));
      }
      return [name, float32(shape, data)];
    }),
  );
}

/** torchvision numbers what is there: behind a block, the projection is one further than without it. */
function nameInHost(name: string, parameters: Graph["parameters"]): string {
  const [, unit, at, rest] = /^(features\..*\.block\.)(\d+)(\..*)$/.exec(name) ?? [];
  const before = Number(at) - 1;
  return parameters.has(`${unit}${before}.fc1.weight`) ? `${unit}${before}${rest}` : name;
}

describe("start identity", () => {
  it.each(gated)("of %s is the network without its blocks, bit for bit, at first", async (name) => {
    const options = small(name);
    const twin = createModel(name, { ...options, start: "identity" });
    const host = createModel(name, { ...options, attention: { kind: "none" } });
    const before = await outputOf({ graph: host, weights: quickWeights(host) }, { level: "disabled" });
    const after = await outputOf({ graph: twin, weights: quickWeights(twin) }, { level: "disabled" });
    expect(new Set(before).size).toBeGreaterThan(10);
    expect(after).toEqual(before);
  });

  it.each(gated)("of %s is a graph of the same nodes, parameters and constants as the paper's start", (name) => {
    const [identity, paper] = (["identity", "paper"] as const).map((start) => createModel(name, { start }));
    const shapesOf = ({ parameters }: Graph) => [...parameters].map(([key, { init: _, ...rest }]) => [key, rest]);
    expect(identity!.nodes).toEqual(paper!.nodes);
    expect(identity!.constants).toEqual(paper!.constants);
    expect(shapesOf(identity!)).toEqual(shapesOf(paper!));
    expect(createModel(name)).toEqual(paper);
  });

  it.each(["seresnet20", "sepreresnet20"])("of %s draws the weights of its host by seed", async (name) => {
    const twin = createModel(name, { start: "identity" });
    const host = createModel(name.replace("se", ""));
    const [before, after] = [host, twin].map((graph) => ({ graph, weights: initialise(graph, 3) }));
    expect(await outputOf(after!, { level: "disabled" })).toEqual(await outputOf(before!, { level: "disabled" }));
  });

  it.each(["seresnet20:pre", "seresnet20:post", "seresnet20:identity", "seresnet50:3x3"])(
    "keeps the answers at the place %s",
    async (text) => {
      const [name, placement] = text.split(":") as [string, "pre" | "post" | "identity" | "3x3"];
      const options = small(name);
      const twin = createModel(name, { ...options, attention: { kind: "se", placement }, start: "identity" });
      const host = createModel(name, { ...options, attention: { kind: "none" } });
      const [before, after] = [host, twin].map((graph) => ({ graph, weights: quickWeights(graph) }));
      expect(await outputOf(after!, { level: "disabled" })).toEqual(await outputOf(before!, { level: "disabled" }));
    },
  );

  it.each(["eca", "scse", "cbam", "ese", "ge:variant=plus", "gc:reduction=2"])(
    "keeps the answers with %s",
    async (text) => {
      const twin = createModel("seresnet20", { attention: parseAttention(text), start: "identity" });
      const host = createModel("resnet20");
      const [before, after] = [host, twin].map((graph) => ({ graph, weights: initialise(graph, 1) }));
      expect(await outputOf(after!, { level: "disabled" })).toEqual(await outputOf(before!, { level: "disabled" }));
    },
  );

  it("leaves a network without blocks as it is", () => {
    expect(createModel("resnet20", { start: "identity" })).toEqual(createModel("resnet20"));
  });

  it.each([
    ["sk", /^got sk with start identity; expected a block that can start so: .+; take start paper, or another block$/],
    ["ge:variant=minus", /^got ge with start identity; .+ has no parameters/],
  ])("is refused with %s", (text, message) => {
    const attention = parseAttention(text);
    expect(() => createModel("seresnet50", { attention, start: "identity" })).toThrow(message);
    expect(createModel("seresnet50", { attention, start: "paper" }).parameters.size).toBeGreaterThan(0);
  });
});

describe("ten steps from start identity", () => {
  const names = [
    "seresnet20",
    "sepreresnet20",
    "se_shake_shake_20_2x16d",
    "seresnet18",
    "legacy_seresnet18",
    "se_shufflenet_v1_g3",
    "se_mobilenet_v1",
    "mobilenetv3_small_100", // hard sigmoids
    "se_bn_inception",
  ];
  it.each(names)("every gate of %s has moved", async (name) => {
    const graph = createModel(name, { ...small(name), dropout: 0, start: "identity" });
    const first = initialise(graph, 1);
    const last = [...graph.parameters].flatMap(([parameter, { init, trainable, shape }]) =>
      trainable && init.kind === "constant" && init.value === 0 && shape.length === 4 ? [parameter] : [],
    );
    expect(last.length).toBeGreaterThan(5);
    const step = await openGraph(gradientStep(graph, { batch: 4, loss: crossEntropy(), mode: "train" }).graph);
    let feeds: Record<string, Tensor> = { ...images(graph), ...Object.fromEntries(first) };
    for (let i = 0; i < 10; i++) {
      const results = await step.run(feeds);
      const next = [...graph.parameters.keys()].flatMap((key) => {
        const gradient = results[`grad.${key}`];
        return gradient === undefined ? [] : [[key, minus(feeds[key]!, gradient, 0.01)] as const];
      });
      feeds = { ...feeds, ...Object.fromEntries(next) };
    }
    await step.release();
    // A hidden unit that is silent for these four images leaves the weights where they are, but not the bias.
    const moved = (key: string) => (feeds[key]!.data as Float32Array).some((value) => value !== 0);
    const still = last.filter((key) => !moved(key) && !moved(key.replace(/weight$/, "bias")));
    expect(still).toEqual([]);
  });
});

function images({ inputs }: Graph): Record<string, Tensor> {
  const size = [4, ...(inputs[0]!.shape.slice(1) as number[])];
  const random = new Random(5, "images");
  const data = Float32Array.from({ length: elements(size) }, () => random.normal());
  return { x: float32(size, data), y: int64([4], [0, 1, 2, 3]) };
}

function minus(value: Tensor, { data: by }: Tensor, rate: number): Tensor {
  return float32(
    value.shape,
    (value.data as Float32Array).map((x, i) => x - rate * (by as Float32Array)[i]!),
  );
}
