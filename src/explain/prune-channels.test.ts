import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { countMacs } from "../account/cost.js";
import { importModel } from "../clean/import-model.js";
import type { Model } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, floatsOf } from "../graph/tensor.js";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "../models/index.js";
import { Random } from "../random.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { channelGroups } from "./channel-groups.js";
import { pruneChannels } from "./prune-channels.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

async function answers(model: Model): Promise<Float32Array> {
  const random = new Random(1, "prune");
  const shape = [2, ...(model.graph.inputs[0]!.shape.slice(1) as number[])];
  const x = float32(
    shape,
    Float32Array.from({ length: shape.reduce((all, dim) => all * dim, 1) }, () => random.normal()),
  );
  const session = await runtime.open(writeOnnx(model.graph, model.weights));
  const results = await session.run({ [model.graph.inputs[0]!.name]: x });
  await session.release();
  return floatsOf(results[model.graph.outputs[0]!.name]);
}

/** The model with zeros where layers read the channels that went: that is what their going is to give. */
function deaf(model: Model, groups: ReturnType<typeof pruneChannels>["groups"]): Model {
  const weights = new Map(model.weights);
  const all = channelGroups(model.graph);
  for (const { before, kept, sites } of groups) {
    const own = all.find(
      ({ axes, channels }) =>
        channels === before &&
        sites.every((site) => axes.some(({ name }) => name.startsWith(`${site}.`) || name.includes(site))),
    )!;
    const stays = new Set(kept);
    for (const { name, axis } of own.axes) {
      const tensor = weights.get(name);
      if (axis !== 1 || tensor === undefined) continue;
      const inner = tensor.shape.slice(2).reduce((product, dim) => product * dim, 1);
      const data = (tensor.data as Float32Array).map((value, i) =>
        stays.has(Math.floor(i / inner) % before) ? value : 0,
      );
      weights.set(name, float32(tensor.shape, data));
    }
  }
  return { graph: model.graph, weights };
}

const exported = (name: string): Model => {
  const file = readFileSync(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url));
  return importModel(readOnnx(file));
};

describe("pruneChannels", () => {
  it.each([
    ["seresnet20", "", 3], // each stage is one stream of three blocks
    ["seresnet20", "se:weights=linear", 3],
    ["seresnet50", "", 4],
    ["mobilenet_v3_small", "", 9],
    ["efficientnet_b0", "", 16],
  ])("of %s %s gives what the network gives when nobody reads the channels that went", async (name, text, count) => {
    const large = name !== "seresnet20";
    const options = {
      classes: 10,
      ...(text && { attention: parseAttention(text) }),
      ...(large && { input: [3, 64, 64] as const }),
    };
    const graph = createModel(name, options);
    const model = { graph, weights: initialise(graph, 1) };
    for (const by of ["l1", "random"] as const) {
      const pruned = pruneChannels(model, { keep: 0.75, by });
      expect(pruned.groups).toHaveLength(count);
      expect(countMacs(pruned.graph)).toBeLessThan(countMacs(graph));
      const [wanted, given] = [await answers(deaf(model, pruned.groups)), await answers(pruned)];
      const size = Math.max(...wanted.map(Math.abs));
      for (const [i, value] of given.entries()) expect(Math.abs(value - wanted[i]!) / size).toBeLessThan(1e-5);
      expect(pruned.graph.outputs).toEqual(graph.outputs);
    }
  });

  it.each(["efficientnet_b0", "mobilenet_v3_small"])("takes channels out of an exported %s too", async (name) => {
    const model = exported(name);
    const pruned = pruneChannels(model, { keep: 0.5, by: "l1" });
    expect(countMacs(pruned.graph)).toBeLessThan(0.95 * countMacs(model.graph));
    expect((await answers(pruned)).every(Number.isFinite)).toBe(true);
  });

  it("keeps the channels whose gates are open, averaged over the blocks of a stage", () => {
    const graph = createModel("seresnet20", { classes: 10 });
    const model = { graph, weights: initialise(graph, 1) };
    const gates = new Map<string, number[]>();
    for (const [stage, channels] of [16, 32, 64].entries()) {
      for (const block of [0, 1, 2]) {
        gates.set(
          `layer${stage + 1}.${block}.se`,
          Array.from({ length: channels }, (_, c) => (c % 2) + c / 1000),
        );
      }
    }
    const { groups } = pruneChannels(model, { keep: 0.5, by: "gates", gates });
    expect(groups.map(({ before, kept }) => [before, kept])).toEqual(
      [16, 32, 64].map((channels) => [channels, Array.from({ length: channels / 2 }, (_, i) => 2 * i + 1)]),
    );
    expect(() => pruneChannels(model, { keep: 0.5, by: "gates" })).toThrow("got no gates of layer1.0.se");
  });

  it("leaves grouped convolutions alone, whose channels belong together", () => {
    const prune = () => pruneChannels(exported("regnet_y_400mf"), { keep: 0.5, by: "l1" });
    expect(prune).toThrow(/has no gates of channels that can go/);
  });

  it("refuses networks without gates, and shares that are none", () => {
    const graph = createModel("resnet20");
    const model = { graph, weights: initialise(graph, 1) };
    expect(() => pruneChannels(model, { keep: 0.5, by: "l1" })).toThrow(
      /has no gates of channels that can go; expected/,
    );
    expect(() => pruneChannels(model, { keep: 0, by: "l1" })).toThrow("got keep 0; expected a share above 0, up to 1");
  });
});
