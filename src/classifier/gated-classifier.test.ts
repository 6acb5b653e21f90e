import { afterAll, describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { withCard } from "../models/card/model-card.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { noiseImage } from "../testing/noise-image.js";
import { openGatedClassifier } from "./gated-classifier.js";
import { openClassifier } from "./open-classifier.js";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const card = { classes: ["a", "b", "c"], mean: [0.4, 0.5, 0.6], std: [0.2, 0.2, 0.2], provenance: {} };
const options = { classes: 3, input: [3, 16, 16] as const };
function model(name: string, seed = 7) {
  const graph = createModel(name, { ...options, start: "paper" });
  return { graph: withCard(graph, card), weights: initialise(graph, seed) };
}
const image = noiseImage(20, 24, 3, false);

describe("openGatedClassifier", () => {
  it("answers as a classifier does while nothing stands in for gates", async () => {
    const parts = { runtime, model: model("seresnet20") };
    const [plain, gated] = [await openClassifier(parts), await openGatedClassifier(parts)];
    const { answers, gates } = await gated.classify(image, { top: 3 });
    const expected = await plain.classify(image, { top: 3 });
    for (const [i, { label, probability }] of answers.entries()) {
      expect(label).toBe(expected[i]!.label);
      expect(probability).toBeCloseTo(expected[i]!.probability, 6);
    }
    expect(gates.map(({ site }) => site)).toEqual(gated.sites);
    expect(gates).toHaveLength(9);
    for (const block of gates) expect(block.gates.every((gate) => gate > 0 && gate < 1)).toBe(true);
    await plain.close();
    await gated.close();
  });

  it("gives the same when gates stand in for themselves, and other answers when others do", async () => {
    const gated = await openGatedClassifier({
      runtime,
      model: writeOnnx(model("seresnet20").graph, model("seresnet20").weights),
    });
    const { answers, gates } = await gated.classify(image);
    const own = Object.fromEntries(gates.map(({ site, gates: values }) => [site, values]));
    const again = await gated.classify(image, { given: own });
    for (const [i, { label, probability }] of again.answers.entries()) {
      expect(label).toBe(answers[i]!.label);
      expect(probability).toBeCloseTo(answers[i]!.probability, 6);
    }
    const off = await gated.classify(image, { given: Object.fromEntries(gated.sites.map((site) => [site, 0])) });
    expect(off.answers[0]!.probability).not.toBeCloseTo(answers[0]!.probability, 4);
    await gated.close();
  });

  it("lets a gate of 1 pass all: the network without its blocks", async () => {
    const { graph, weights } = model("seresnet20");
    const gated = await openGatedClassifier({ runtime, model: { graph, weights } });
    const off = await gated.classify(image, { given: Object.fromEntries(gated.sites.map((site) => [site, 1])) });
    const bare = createModel("resnet20", options);
    const shared = new Map([...bare.parameters.keys()].map((name) => [name, weights.get(name)!]));
    const parts = {
      runtime,
      model: {
        graph: withCard(bare, card),
        weights: shared,
      },
    };
    const host = await openClassifier(parts);
    const expected = await host.classify(image);
    for (const [i, { label, probability }] of off.answers.entries()) {
      expect(label).toBe(expected[i]!.label);
      expect(probability).toBeCloseTo(expected[i]!.probability, 5);
    }
    await host.close();
    await gated.close();
  });

  it("names blocks that are not there, and gates of another number", async () => {
    const gated = await openGatedClassifier({ runtime, model: model("seresnet20") });
    await expect(gated.classify(image, { given: { layer9: 1 } })).rejects.toThrow(
      "classify: got gates of layer9; expected blocks of layer1.0.se",
    );
    await expect(gated.classify(image, { given: { "layer1.0.se": [1, 2] } })).rejects.toThrow(
      "classify: got 2 gates of layer1.0.se; expected 16, or one number for all",
    );
    await gated.close();
  });

  it("refuses a model without gates", async () => {
    await expect(openGatedClassifier({ runtime, model: model("resnet20") })).rejects.toThrow(/gates/);
  });
});
