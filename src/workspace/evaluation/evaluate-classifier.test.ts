import { afterAll, describe, expect, it } from "vitest";
import { programOfModel } from "../../evaluate/ask.js";
import { GraphBuilder } from "../../graph/builder.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { stripes } from "../../train/stripes.test.helper.js";
import { evaluateClassifier } from "./evaluate-classifier.js";
import { evaluationDocument, evaluationResults } from "./evaluation-results.js";
import { freshEvaluationPath } from "./write-evaluation.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());
const dataset = stripes({ test: 12 });

/** Finds every image of its first class. */
function always(): Parameters<typeof evaluateClassifier>[1] {
  const g = new GraphBuilder("always");
  const mean = g.call("Flatten", [g.call("GlobalAveragePool", [g.input("x", "float32", ["N", 1, 8, 8])])]);
  g.output(g.call("Mul", [mean, g.constant({ dtype: "float32", shape: [1, 3], data: new Float32Array(3) })]), "logits");
  const program = programOfModel({ graph: g.build(), weights: new Map() });
  return { program, card: undefined, preprocessing: dataset, classes: dataset.classes };
}

describe("evaluateClassifier", () => {
  it("measures all test images", async () => {
    const seen: number[] = [];
    const classifier = always();
    const found = await evaluateClassifier(runtime, classifier, dataset, {
      batch: 5,
      onProgress: (images) => void seen.push(images),
    });
    expect(seen).toEqual([5, 10, 12]);
    expect(found).toMatchObject({ stopped: undefined, predictions: new Int32Array(12) });
    expect(found.tally.top1).toBeCloseTo(100 / 3, 6);
    const facts = {
      query: { model: "runs/a/model.onnx" },
      spec: "csv:photos/labels.csv",
      views: undefined,
      command: "c",
    };
    const finished = { ...found, ...facts, classifier, dataset, batch: 5, threads: 1 };
    const results = evaluationResults(finished);
    expect(results).toMatchObject({ partial: false, data: { name: "photos/stripes", images: 12 } });
    expect(JSON.parse(evaluationDocument(results, finished))).toMatchObject({
      images: 12,
      of: 12,
      predictions: Array(12).fill(0),
    });
    expect(freshEvaluationPath(results)).toMatch(/^runs\/eval-a-stripes-\d{8}-\d{6}$/);
  });

  it("keeps what it has measured when it is stopped", async () => {
    const controller = new AbortController();
    const { tally, predictions, stopped } = await evaluateClassifier(runtime, always(), dataset, {
      batch: 5,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect([tally.images, predictions]).toEqual([5, undefined]);
    expect(stopped).toMatchObject({ name: "AbortError" });
  });
});
