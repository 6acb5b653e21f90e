import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx-read.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { createModel } from "./index.js";
import { readCard, withCard } from "./model-card.js";

const card = {
  classes: ["Katze", "犬"],
  mean: [0.5, 0.25, 0.1],
  std: [0.2, 0.3, 0.4],
  provenance: { dataset: "glyphs", seed: 1, pretrained: false, parent: null },
};

describe("a model card", () => {
  const graph = createModel("resnet20", { classes: 2 });

  it("travels with the file, and leaves the graph it is added to alone", () => {
    const file = writeOnnx(withCard(graph, card), initialise(graph, 1));
    expect(readCard(readOnnx(file).graph)).toEqual(card);
    expect(graph.metadata.size).toBe(0);
  });

  it("is missed where there is none, and refused where it is damaged", () => {
    expect(() => readCard(graph)).toThrow(UserError);
    expect(() => readCard(graph)).toThrow(
      'the model file has no "senet.card" entry; expected one written by senet train',
    );
    const text = (json: string) => ({ ...graph, metadata: new Map([["senet.card", json]]) });
    expect(() => readCard(text("{"))).toThrow(/^the model file's "senet.card" entry is damaged: /);
    expect(() => readCard(text('{"classes":[]}'))).toThrow(UserError);
  });
});
