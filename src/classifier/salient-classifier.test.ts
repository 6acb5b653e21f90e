import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type CamMethod, camMethods } from "../explain/cam-methods.js";
import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, floatsOf } from "../graph/tensor.js";
import { withCard } from "../models/card/model-card.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { noiseImage } from "../testing/noise-image.js";
import { openGatedClassifier } from "./gated-classifier.js";
import { openClassifier } from "./open-classifier.js";
import { openSalientClassifier } from "./salient-classifier.js";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const card = { classes: ["a", "b", "c"], mean: [0.4, 0.5, 0.6], std: [0.2, 0.2, 0.2], provenance: {} };
function model(name: string) {
  const graph = createModel(name, { classes: 3, input: [3, 32, 32], start: "paper" });
  return { graph: withCard(graph, card), weights: initialise(graph, 7) };
}
const image = noiseImage(40, 48, 3, false);
/** For numbers that are to reach the network as they are. */
const identity = { interpolation: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] } as const;
const methods = Object.keys(camMethods) as CamMethod[];

describe("openSalientClassifier", () => {
  it("answers as a classifier does, and looks at the map before the pool", async () => {
    const parts = { runtime, model: model("seresnet20") };
    const [plain, salient] = [await openClassifier(parts), await openSalientClassifier(parts)];
    const { answers, saliency } = await salient.look(image, { top: 3 });
    const expected = await plain.classify(image, { top: 3 });
    expect(answers.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    expect(answers[0]!.probability).toBeCloseTo(expected[0]!.probability, 5);
    expect([saliency.label, saliency.height, saliency.width]).toEqual([answers[0]!.label, 8, 8]);
    await plain.close();
    await salient.close();
  });

  it("sees before a pool and a dense layer what these make of the map, by the theorem of Grad-CAM", async () => {
    // dlogit/dA = W / (H·W) at every place there, so that the three methods without α are one: ReLU(Σ W·A) / (H·W),
    // but for LayerCAM, which drops the channels with W < 0.
    const salient = await openSalientClassifier({ runtime, model: model("seresnet20") });
    const [grad, hires] = [
      await salient.look(image, { class: "b", method: "grad-cam" }),
      await salient.look(image, { class: "b", method: "hires-cam" }),
    ];
    const [a, b] = [grad.saliency, hires.saliency];
    expect([a.index, b.index, a.without, b.without]).toEqual([1, 1, undefined, undefined]);
    const most = Math.max(...a.map!);
    for (const [i, value] of a.map!.entries()) expect(Math.abs(value - b.map![i]!)).toBeLessThan(1e-5 * most);
    await salient.close();
  });

  it("says so where nothing speaks for a class, rather than give a map of zeros", async () => {
    const { graph, weights } = model("resnet20");
    const flat = new Map(weights);
    const dense = floatsOf(weights.get("fc.weight"));
    flat.set("fc.weight", {
      dtype: "float32",
      shape: [3, 64],
      data: dense.map((value, i) => (i < 64 ? -Math.abs(value) : value)),
    });
    const salient = await openSalientClassifier({ runtime, model: { graph, weights: flat } });
    const { saliency } = await salient.look(image, { class: "a" });
    expect(saliency.map).toBeUndefined();
    expect(saliency.without).toBe(`nothing at ${salient.layer} speaks for a: its map is zero everywhere`);
    await salient.close();
  });

  it("takes a single logit as two classes, what speaks for one against the other", async () => {
    const g = new GraphBuilder("one");
    const x = g.input("x", "float32", ["N", 3, 4, 4]);
    const w = g.constant(float32([3, 1], [1, -2, 0.5]));
    g.output(g.call("MatMul", [g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [x])])]), w]), "y");
    const data = Float32Array.from({ length: 48 }, (_, i) => (i % 7) / 7);
    const preprocessing = { ...identity, height: 4, width: 4, resize: 4 };
    const salient = await openSalientClassifier({
      runtime,
      model: { graph: g.build(), weights: new Map() },
      preprocessing,
    });
    for (const [index, sign] of [-1, 1].entries()) {
      const { saliency } = await salient.look(data, { class: index, method: "hires-cam" });
      for (let p = 0; p < 16; p++) {
        const sum = (data[p]! - 2 * data[16 + p]! + 0.5 * data[32 + p]!) / 16;
        expect(saliency.map![p]).toBeCloseTo(Math.max(0, sign * sum), 6);
      }
    }
    await salient.close();
  });

  it.each([
    [{ class: "d" }, "got class d; expected one of a, b, c"],
    [{ class: 3 }, "got class 3; expected 0 to 2"],
    [{ method: "cam" as CamMethod }, `got cam; expected one of ${methods.join(", ")}`],
  ])("refuses %o", async (options, message) => {
    const salient = await openSalientClassifier({
      runtime,
      model: writeOnnx(model("resnet20").graph, model("resnet20").weights),
    });
    await expect(salient.look(image, options)).rejects.toThrow(message);
    await salient.close();
  });

  it.each([
    ["nowhere", "got nowhere; expected the name of a map of resnet20, such as "],
    ["fc.weight", "got fc.weight; expected the name of a map of resnet20, such as "],
  ])("refuses a layer %s", async (layer, message) => {
    await expect(openSalientClassifier({ runtime, model: model("resnet20"), layer })).rejects.toThrow(message);
  });
});

/** What PyTorch gives by hooks: see `make-saliency.py`. */
interface Golden {
  readonly layer: string;
  readonly class: number;
  readonly maps: Readonly<Record<CamMethod, readonly number[]>>;
}

describe("beside PyTorch's hooks", () => {
  const golden = (file: string) => readFileSync(new URL(`../../tests/goldens/${file}`, import.meta.url));
  const { image, logits, gates, cases } = JSON.parse(golden("saliency.json").toString()) as {
    readonly image: readonly number[];
    readonly logits: readonly number[];
    readonly gates: readonly (readonly number[])[];
    readonly cases: readonly Golden[];
  };
  const x = Float32Array.from(image);
  const parts = {
    runtime,
    model: golden("saliency.onnx"),
    preprocessing: { ...identity, height: 17, width: 21, resize: 17 },
  };
  const apart = (a: Iterable<number>, b: readonly number[]) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

  it.each(cases)("the maps of class $class at the $layer block are the same", async ({ layer, class: index, maps }) => {
    const salient = await openSalientClassifier({
      ...parts,
      layer: layer === "last" ? undefined : "/se1/Mul_output_0",
    });
    for (const method of methods) {
      const { answers, saliency } = await salient.look(x, { class: index, method });
      expect(answers.find((one) => one.index === index)!.logit).toBeCloseTo(logits[index]!, 5);
      const { map = new Float32Array(saliency.height * saliency.width) } = saliency;
      expect(map).toHaveLength(maps[method].length);
      expect(apart(map, maps[method]), method).toBeLessThanOrEqual(1e-4 * Math.max(...maps[method]));
    }
    await salient.close();
  });

  it("the gates are the same", async () => {
    const gated = await openGatedClassifier(parts);
    const { gates: found } = await gated.classify(x);
    expect(found).toHaveLength(gates.length);
    for (const [b, { gates: own }] of found.entries()) expect(apart(own, gates[b]!)).toBeLessThan(1e-6);
    await gated.close();
  });
});
