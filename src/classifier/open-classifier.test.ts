import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { preprocess } from "../data/preprocess.js";
import { confidenceOf } from "../evaluate/logits.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { floatsOf } from "../graph/tensor.js";
import { cardEntries, withCard } from "../models/card/model-card.js";
import { createModel } from "../models/index.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { ortRuntime } from "../runtime/ort-runtime.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { noiseImage } from "../testing/noise-image.js";
import { type ClassifierParts, openClassifier } from "./open-classifier.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const bare = createModel("seresnet20", { classes: 3 });
const classes = ["cat", "dog", "fox"];
const like = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
const preprocessing = { height: 32, width: 32, resize: 40, interpolation: "bicubic", ...like } as const;
const graph = withCard(bare, { classes, ...cardEntries(preprocessing), provenance: {} });
const weights = initialise(graph, 3);
const onnx = writeOnnx(graph, weights);
const photo = noiseImage(61, 47, 3, false);

/** What the network gives for a prepared image. */
async function logitsOf(x: Float32Array): Promise<Float32Array> {
  const session = await runtime.open(onnx);
  const { logits } = await session.run({ x: { dtype: "float32", shape: [1, 3, 32, 32], data: x } });
  await session.release();
  return floatsOf(logits);
}

describe("openClassifier", () => {
  it.each([
    ["bytes", { model: onnx }],
    ["a graph with a card", { model: { graph, weights } }],
    ["a graph, and what its card would say", { model: { graph: bare, weights }, classes, preprocessing }],
  ])("says what an image shows, asked of %s", async (_, parts) => {
    const classifier = await openClassifier({ runtime, ...parts });
    const expected = await logitsOf(preprocess(photo, preprocessing));
    expect(await classifier.logits(photo)).toEqual(expected);
    const answers = await classifier.classify(photo);
    expect(answers.map(({ index }) => index)).toEqual([0, 1, 2].sort((a, b) => expected[b]! - expected[a]!));
    for (const { index, label, probability, logit } of answers) {
      expect([label, logit]).toEqual([classes[index], expected[index]]);
      expect(probability).toBeCloseTo(confidenceOf(expected, index), 9);
    }
    expect(await classifier.classify(photo, { top: 1 })).toEqual(answers.slice(0, 1));
    expect(classifier).toMatchObject({ classes, preprocessing });
    await classifier.close();
  });

  it("takes what a canvas gives, and numbers of the input's size, which it normalises", async () => {
    const classifier = await openClassifier({ runtime, model: onnx });
    const { data, width, height } = noiseImage(61, 47, 4, false);
    const canvas = { data: new Uint8ClampedArray(data), width, height, colorSpace: "srgb" };
    const rgba = { data, width, height, channels: 4 };
    expect(await classifier.logits(canvas)).toEqual(await classifier.logits(rgba));

    const whole = { ...preprocessing, resize: 32 };
    const small = noiseImage(32, 32, 3, false);
    const numbers = Float32Array.from({ length: 3 * 1024 }, (_, i) => {
      return small.data[(i % 1024) * 3 + Math.floor(i / 1024)]! / 255; // [C, H, W]
    });
    expect(await classifier.logits(numbers)).toEqual(await logitsOf(preprocess(small, whole)));
    await expect(classifier.classify(numbers.subarray(1))).rejects.toThrow(
      "classify: got 3071 numbers; expected 3072, [3, 32, 32]",
    );
    await expect(classifier.classify(numbers.with(5, Number.NaN))).rejects.toThrow(
      "classify: got NaN in image 0; expected finite numbers",
    );
    await classifier.close();
  });

  it("answers alike on every runtime, also when it is asked several times at once", async () => {
    const web = ortRuntime(ort);
    const [a, b] = [
      await openClassifier({ runtime, model: onnx }),
      await openClassifier({ runtime: web, model: onnx }),
    ];
    const photos = [photo, noiseImage(32, 32, 1, true), noiseImage(90, 40, 3, true)];
    const [native, other] = await Promise.all(
      [a, b].map((classifier) => Promise.all(photos.map((one) => classifier.logits(one)))),
    );
    native!.forEach((logits, n) => {
      logits.forEach((logit, c) => {
        expect(other![n]![c]).toBeCloseTo(logit, 4);
      });
    });
    await Promise.all([a.close(), b.close()]);
    await web.close();
  });

  it("leaves the runtime open when it is closed", async () => {
    const classifier = await openClassifier({ runtime, model: onnx });
    await classifier.close();
    await expect(classifier.classify(photo)).rejects.toThrow("got a session that was released");
    expect(await logitsOf(preprocess(photo, preprocessing))).toHaveLength(3);
  });

  it("numbers the classes that nobody names", async () => {
    const classifier = await openClassifier({ runtime, model: { graph: bare, weights }, preprocessing });
    expect(classifier.classes).toEqual(["0", "1", "2"]);
    await classifier.close();
  });

  it("keeps nothing of what says how images are prepared but that", async () => {
    const more = { ...preprocessing, train: "many images" };
    const classifier = await openClassifier({ runtime, model: onnx, preprocessing: more });
    expect(classifier.preprocessing).toEqual(preprocessing);
    await classifier.close();
  });

  const anySize = buildGraph([floats("N", 3, "H", "W")], (g, x) =>
    g.call("Flatten", [g.call("GlobalAveragePool", [x])]),
  );
  const other = buildGraph([floats("N", 5)], (g, x) => g.call("Relu", [x]));
  it.each<[string, Partial<ClassifierParts>, string]>([
    ["a model without a card", { model: { graph: bare, weights } }, "does not say how its images are prepared; give"],
    ["other names", { classes: ["a"] }, "classes: got 1 names; expected 3, as the model has classes"],
    ["another size", { preprocessing: { ...preprocessing, width: 48 } }, "size: got 32x48; expected none:"],
    ["grey", { preprocessing: { ...preprocessing, mean: [0], std: [1] } }, "preprocessing: got 1 means; expected 3"],
    ["any size", { model: { graph: anySize, weights: new Map() } }, "takes images of any size, [N, 3, H, W]; give one"],
    ["no images", { model: { graph: other, weights: new Map() } }, "expected one input of images float32 [N, C, H, W]"],
    ["no model", { model: Uint8Array.of(1, 2, 3) }, "not a whole ONNX model (3 bytes"],
  ])("refuses %s", async (_, parts, message) => {
    await expect(openClassifier({ runtime, model: onnx, ...parts })).rejects.toThrow(message);
  });
});
