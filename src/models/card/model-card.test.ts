import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { initialise } from "../../graph/initialise.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { createModel } from "../index.js";
import { cardEntries, cardPreprocessing, readCard, withCard } from "./model-card.js";

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

  it("says how photos are prepared; one that does not comes from when that was 0.875, bilinear", () => {
    const size = { height: 224, width: 224 };
    const { mean, std } = card;
    expect(cardPreprocessing(card, size)).toEqual({ ...size, resize: 256, interpolation: "bilinear", mean, std });
    const newer = withCard(graph, { ...card, resize: 235, interpolation: "bicubic" });
    expect(cardPreprocessing(readCard(newer), size)).toMatchObject({ resize: 235, interpolation: "bicubic" });
    const shaped = { ...card, resize: [292, 146], cropMode: "border", rounding: "keep-ratio" } as const;
    const { resize, cropMode, rounding } = shaped;
    const prepared = cardPreprocessing(readCard(withCard(graph, shaped)), { height: 256, width: 128 });
    expect(prepared).toMatchObject({ height: 256, width: 128, resize, cropMode, rounding });
    expect(cardEntries(prepared)).toMatchObject({ resize, cropMode, rounding });
    const strange = new Map([["senet.card", JSON.stringify({ ...card, interpolation: "cubic" })]]);
    expect(() => readCard({ ...graph, metadata: strange })).toThrow(UserError);
  });
});
