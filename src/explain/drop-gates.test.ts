import { afterAll, describe, expect, it } from "vitest";
import type { Model } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, floatsOf } from "../graph/tensor.js";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "../models/index.js";
import { Random } from "../random.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { dropGates } from "./drop-gates.js";
import { findGates } from "./find-gates.js";
import { switchedProgram } from "./switches.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const random = new Random(1, "drop");
const noise = (shape: readonly number[]) =>
  float32(
    shape,
    Float32Array.from({ length: shape.reduce((all, dim) => all * dim, 1) }, () => random.normal()),
  );

/** Statistics and biases other than those of a start, so that nothing is 0 or 1 by chance. */
function shaken({ graph, weights }: Model): Model {
  const vary = (value: number) => value + 0.1 + 0.2 * random.float();
  return {
    graph,
    weights: new Map(
      [...weights].map(([name, tensor]) => {
        const data = tensor.data as Float32Array;
        return [name, tensor.shape.length === 1 ? float32(tensor.shape, data.map(vary)) : tensor];
      }),
    ),
  };
}

async function answers(model: Model, x: ReturnType<typeof noise>): Promise<Float32Array> {
  const session = await runtime.open(writeOnnx(model.graph, model.weights));
  const [input, output] = [model.graph.inputs[0]!.name, model.graph.outputs[0]!.name];
  const results = await session.run({ [input]: x });
  await session.release();
  return floatsOf(results[output]);
}

/** The answers with the gates of some blocks replaced from outside, which is what dropping them is to give. */
async function replaced(model: Model, scales: ReadonlyMap<string, Float32Array>, x: ReturnType<typeof noise>) {
  const sites = findGates(model.graph);
  const { program, masks, given, shapes } = switchedProgram(model, sites);
  const session = await runtime.open(program.onnx, { outputs: [program.answer.output] });
  const size = x.shape[0]!;
  const feeds = Object.fromEntries(
    sites.flatMap(({ site }, b) => {
      const scale = scales.get(site);
      const length = shapes[b]!.reduce((all, dim) => all * dim, 1);
      const data = new Float32Array(size * length);
      for (let n = 0; n < size && scale; n++) data.set(scale, n * length);
      return [
        [masks[b]!, { dtype: "bool" as const, shape: [], data: Uint8Array.of(scale ? 1 : 0) }],
        [given[b]!, float32([size, ...shapes[b]!], data)],
      ];
    }),
  );
  const results = await session.run({ [program.input.name]: x, ...feeds });
  await session.release();
  return floatsOf(results[program.answer.output]);
}

describe("dropGates", () => {
  it.each([
    ["seresnet20", undefined, "bn2.weight"], // behind a batch norm
    ["seresnet20", "se:weights=linear", "bn2.weight"],
    ["seresnet20", "eca", "bn2.weight"],
    ["seresnet20", "se:placement=post", undefined], // behind the sum of two branches
    ["mobilenet_v3_small", undefined, undefined], // behind ReLU, or hard-swish: then into the projection
    ["resnet20", "cbam", undefined], // its spatial gates stay
  ])("of %s %s gives what fixed gates give, and folds them", async (name, text, into) => {
    const options = { classes: 10, ...(text && { attention: parseAttention(text) }) };
    const graph = createModel(name, { ...options, ...(name.startsWith("mobile") && { input: [3, 64, 64] as const }) });
    const model = shaken({ graph, weights: initialise(graph, 1) });
    const sites = findGates(graph).filter(({ kind }) => kind === "channel");
    const scales = new Map(
      [0, 3, 7, 8].flatMap((b) => {
        const site = sites[b];
        return site
          ? [[site.site, Float32Array.from({ length: site.channels }, () => 0.2 + random.float())] as const]
          : [];
      }),
    );
    const without = dropGates(model, scales);
    const x = noise([2, ...(graph.inputs[0]!.shape.slice(1) as number[])]);
    const [wanted, given] = [await replaced(model, scales, x), await answers(without, x)];
    const size = Math.max(...wanted.map(Math.abs));
    for (const [i, value] of given.entries()) expect(Math.abs(value - wanted[i]!) / size).toBeLessThan(2e-6);
    expect(without.dropped.map(({ site }) => site)).toEqual([...scales.keys()]);
    if (into !== undefined) expect(without.dropped.every((one) => one.into?.endsWith(into))).toBe(true);
    if (name.startsWith("mobile")) expect(without.dropped.every((one) => one.into !== undefined)).toBe(true);
    expect(findGates(without.graph)).toHaveLength(findGates(graph).length - scales.size);
    expect([...without.weights.keys()].toSorted()).toEqual([...without.graph.parameters.keys()].toSorted());
    for (const { site } of sites.filter(({ site }) => scales.has(site))) {
      expect([...without.weights.keys()].filter((key) => key.startsWith(`${site}.`))).toEqual([]);
    }
  });

  it("refuses blocks that do not exist, gates of places and other numbers of channels", () => {
    const graph = createModel("resnet20", { attention: parseAttention("cbam") });
    const model = { graph, weights: initialise(graph, 1) };
    const drop = (site: string, channels: number) => () =>
      dropGates(model, new Map([[site, new Float32Array(channels)]]));
    expect(drop("layer9", 16)).toThrow(/^got layer9; expected one of the blocks layer1\.0\.se\.channel, /);
    expect(drop("layer1.0.se.spatial", 16)).toThrow("whose gates weigh places; expected one of channels");
    expect(drop("layer1.0.se.channel", 15)).toThrow("got 15 numbers for layer1.0.se.channel; expected 16");
  });
});
