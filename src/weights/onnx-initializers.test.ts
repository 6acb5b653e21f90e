import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { floatTensor, node, onnxFile, value } from "../testing/onnx-file.js";
import { openInitializers } from "./onnx-initializers.js";

type FileGraph = Parameters<typeof onnxFile>[0];

/** A file with an operator that nobody knows, which does not matter for its weights. */
function file(initializer: FileGraph["initializer"]): Uint8Array {
  const graph = {
    node: [node("Unheard", ["x"], ["y"])],
    initializer,
    input: [value("x", [1])],
    output: [value("y", [1])],
  };
  return onnxFile(graph as FileGraph);
}

describe("openInitializers", () => {
  const whole = file([
    floatTensor("w", [2], [1, 2]),
    { name: "half", dataType: 10, dims: [1n], rawData: Uint8Array.of(0, 0x3c) },
    { name: "shape", dataType: 7, dims: [1n], int64Data: [4n] },
    floatTensor("epsilon", [], [1e-5]),
  ] as FileGraph["initializer"]);

  it("lists floating-point tensors with axes, and counts the others", () => {
    const { entries, notices, read } = openInitializers(whole);
    expect(entries).toEqual([
      { name: "w", type: "F32", shape: [2] },
      { name: "half", type: "F16", shape: [1] },
    ]);
    expect(notices).toEqual([{ kind: "constants", count: 2 }]);
    expect([read("w"), read("half")]).toEqual([float32([2], [1, 2]), float32([1], [1])]);
  });

  it("refuses two of one name, what lies elsewhere, and what is no model", () => {
    const twice = file([floatTensor("w", [1], [1]), floatTensor("w", [1], [2])] as FileGraph["initializer"]);
    expect(() => openInitializers(twice, "f")).toThrow('f: not a whole ONNX model (it has two tensors "w")');
    const elsewhere = {
      name: "w",
      dataType: 1,
      dims: [1n],
      dataLocation: 1,
      externalData: [{ key: "location", value: "w.bin" }],
    };
    const apart = openInitializers(file([elsewhere] as FileGraph["initializer"]), "f");
    expect(() => apart.read("w")).toThrow("lie in another file, w.bin");
    for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), whole.subarray(0, 50)]) {
      expect(() => openInitializers(bytes, "f")).toThrow("f: not a whole ONNX model");
    }
  });
});
