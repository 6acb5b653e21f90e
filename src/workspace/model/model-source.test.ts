import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { modelFileOf, modelSource, needsHub, weightsSource } from "./model-source.js";

const folder = mkdtempSync(join(tmpdir(), "senet-source-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (path: string) => join(folder, path);
mkdirSync(at("run"));
mkdirSync(at("best"));
mkdirSync(at("empty"));
for (const file of ["run/model.onnx", "run/best.onnx", "best/best.onnx"]) writeFileSync(at(file), "");

describe("modelSource", () => {
  it.each([
    ["seresnet20", "name"],
    ["seresnet2000", "name"],
    ["net.onnx", "file"],
    ["runs/gone/net", "file"],
    ["timm/seresnet50.a1_in1k", "hub"],
    ["hf-hub:timm/net.onnx", "hub"],
    ["timm/net.onnx", "file"],
    ["runs/x", "file"],
    ["./net/x", "file"],
    ["../x", "file"],
    ["/x/y", "file"],
    ["~/x", "file"],
    ["C:\\x", "file"],
    ["src/x", "file"], // as src is here
  ])("%s is a %s", (model, source) => expect(modelSource(model)).toBe(source));

  it("takes what is there for a file, whatever it looks like", () => {
    expect(modelSource(at("run"))).toBe("file");
    expect(modelSource(folder)).toBe("file");
  });
});

describe("weightsSource", () => {
  it("has no weights for a network's name", () => {
    expect(() => weightsSource("resnet50")).toThrow("weights: got resnet50, a network's name; expected a .pth,");
    expect(weightsSource("w.pth")).toBe("file");
    expect(weightsSource("timm/resnet50.a1_in1k")).toBe("hub");
  });

  it("tells whether a model asks the hub", () => {
    expect(needsHub({ model: "resnet50" })).toBe(false);
    expect(needsHub({ model: "resnet50", weights: "timm/resnet50.a1_in1k" })).toBe(true);
    expect(needsHub({ model: "timm/resnet50.a1_in1k", weights: "w.pth" })).toBe(true);
  });
});

describe("modelFileOf", () => {
  it("takes the final model of a run, or its best one", () => {
    expect(modelFileOf(at("run"))).toBe(at("run/model.onnx"));
    expect(modelFileOf(at("best"))).toBe(at("best/best.onnx"));
    expect(modelFileOf("net.ONNX")).toBe("net.ONNX");
  });

  it("says what is no model", () => {
    expect(() => modelFileOf(at("empty"))).toThrow("got a folder without model.onnx and best.onnx");
    expect(() => modelFileOf("runs/gone")).toThrow(
      "no file or run runs/gone here; check the path, or give hf-hub:runs/gone",
    );
    expect(() => modelFileOf("./gone")).toThrow(/^no file or run \.\/gone here; check the path$/);
    expect(() => modelFileOf("w.pth")).toThrow("weights alone go with their network's name as the model");
  });
});
