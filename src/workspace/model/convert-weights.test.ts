import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readModel } from "../../graph/node/read-model.js";
import { readCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import type { Notice } from "../../notice.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import { readSafetensors, writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { convertWeights, listWeights } from "./convert-weights.js";

const folder = mkdtempSync(join(tmpdir(), "senet-converting-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (path: string) => join(folder, path);
const checkpoint = fileURLToPath(new URL("../../../tests/goldens/pth/checkpoint.zip.pth", import.meta.url));
const weights = initialise(createModel("seresnet20"), 3);
beforeAll(() => writeFileSync(at("w.safetensors"), writeSafetensors(weights)));

describe("convertWeights", () => {
  it("makes a model of weights alone, and weights of it again", async () => {
    const statistics = { mean: [0.5, 0.4, 0.3] };
    expect(await convertWeights(at("w.safetensors"), at("m.onnx"), { model: "seresnet20", statistics })).toBe(
      weights.size,
    );
    const { graph } = readModel(at("m.onnx"));
    expect(readCard(graph)).toMatchObject({ ...statistics, provenance: { model: "seresnet20" } });
    await convertWeights(at("m.onnx"), at("back.safetensors"));
    expect(readSafetensors(readFileSync(at("back.safetensors"))).tensors).toEqual(weights);
  });

  it("says what it took and what it widened", async () => {
    const notices: Notice[] = [];
    await convertWeights(checkpoint, at("c.safetensors"), { onNotice: (notice) => notices.push(notice) });
    expect(notices).toEqual([
      expect.objectContaining({ kind: "entry", entry: "state_dict" }),
      { kind: "widened", tensors: 1, from: "F16", to: "float32" },
      { kind: "widened", tensors: 1, from: "BF16", to: "float32" },
      { kind: "widened", tensors: 1, from: "I16", to: "int32" },
    ]);
  });

  it("needs the network of weights alone, which must fit", async () => {
    const alone = convertWeights(at("w.safetensors"), at("no.onnx"));
    await expect(alone).rejects.toThrow("got weights alone");
    const other = convertWeights(at("w.safetensors"), at("no.onnx"), { model: "resnet20" });
    await expect(other).rejects.toThrow(WeightsMismatch);
    const some = await convertWeights(at("w.safetensors"), at("some.safetensors"), {
      model: "resnet20",
      allowSurplus: true,
    });
    expect(some).toBe(createModel("resnet20").parameters.size);
  });
});

describe("listWeights", () => {
  it("lists tensors with their types in the file", async () => {
    const { format, tensors } = await listWeights(checkpoint);
    expect([format, tensors.length]).toEqual(["pth", 21]);
    expect(tensors.find(({ name }) => name === "half")).toEqual({ name: "half", type: "F16", shape: [5] });
  });
});
