import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from "onnx-buf";
import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { squeezeExcite } from "../../layers/attention/squeeze-excite.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { conv } from "../../layers/conv.js";
import { linear } from "../../layers/linear.js";
import { Scope } from "../../layers/scope.js";
import { createModel } from "../../models/index.js";
import { Random } from "../../random.js";
import { largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import { GraphBuilder } from "../builder.js";
import type { Graph, Model } from "../graph.js";
import { initialise } from "../initialise.js";
import { float32 } from "../tensor.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

/**
 * A whole network in miniature: every layer, every kind of attribute, an optional input left out, text that travels.
 */
function tinyNet(): Graph {
  const g = new GraphBuilder("tiny");
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", 3, 6, 6]);
  let y = g.call("Relu", [batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels: 4, kernel: 3, stride: 2 }))]);
  y = squeezeExcite(p.at("se"), y, { reduction: 2 });
  const cut = g.call("Slice", [y, g.ints([0]), g.ints([2]), g.ints([1])]);
  g.output(linear(p.at("fc"), g.call("Flatten", [g.call("GlobalAveragePool", [y])]), { features: 2 }), "logits");
  g.output(g.call("Pad", [cut, g.ints([0, 0, 1, 1, 0, 0, 1, 1]), undefined], { mode: "constant" }), "map");
  g.metadata([["labels", "cat,dog"]]);
  return g.build();
}

function tinyModel(): Model {
  const graph = tinyNet();
  return { graph: graph, weights: initialise(graph, 1) };
}

/** The tiny network's file with something changed in it. */
function changed(change: (model: ModelProto) => void): Uint8Array {
  const { graph, weights } = tinyModel();
  const model = fromBinary(ModelProtoSchema, writeOnnx(graph, weights));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/** A read that works gives a graph that can be written again; one that does not is the user's error. */
function readOrRefuse(bytes: Uint8Array): "read" | "refused" {
  let model: Model;
  try {
    model = readOnnx(bytes);
  } catch (error) {
    if (error instanceof UserError) return "refused";
    throw error;
  }
  writeOnnx(model.graph, model.weights);
  return "read";
}

describe("writeOnnx and readOnnx", () => {
  it.each<[string, () => Graph]>([
    ["a tiny network", tinyNet],
    ["seresnet20", () => createModel("seresnet20")],
    ["resnet20 with option A", () => createModel("resnet20", { shortcut: "A" })],
  ])("give %s back as it was: nodes, parameters, constants, text", (_, build) => {
    const graph = build();
    const weights = initialise(graph, 1);
    const read = readOnnx(writeOnnx(graph, weights));
    expect(read.weights).toEqual(weights);
    expect([...read.graph.parameters.keys()]).toEqual([...graph.parameters.keys()]);
    for (const [name, { init: _, ...parameter }] of graph.parameters) {
      expect(read.graph.parameters.get(name)).toMatchObject(parameter);
    }
    expect({ ...read.graph, parameters: 0 }).toEqual({ ...graph, parameters: 0 });
    expect(writeOnnx(read.graph, read.weights)).toEqual(writeOnnx(graph, weights));
  });

  it("give a file that ONNX Runtime runs to the same numbers, for any batch", async () => {
    const { graph, weights } = tinyModel();
    const file = writeOnnx(graph, weights);
    const read = readOnnx(file);
    for (const batch of [1, 3]) {
      const x = randomTensor([batch, 3, 6, 6], batch);
      const outputs = await runFile(file, { x });
      expect(outputs.logits!.shape).toEqual([batch, 2]);
      expect(await runFile(writeOnnx(read.graph, read.weights), { x })).toEqual(outputs);
      // With the weights as inputs the engine cannot fold them, so it rounds in other places.
      const fed = await runFile(writeOnnx(graph), { x, ...Object.fromEntries(weights) });
      expect(largestError(fed.logits!, outputs.logits!)).toBeLessThan(1e-5);
      expect(largestError(fed.map!, outputs.map!)).toBeLessThan(1e-5);
    }
  });

  it("read a file that lies in the middle of a larger buffer, as Node reads files", () => {
    const { graph, weights } = tinyModel();
    const file = Buffer.from(writeOnnx(graph, weights)); // small Buffers share one memory
    expect(readOnnx(file).weights).toEqual(weights);
  });

  it("tell parameters, running statistics and constants apart", () => {
    const { graph, weights } = tinyModel();
    const { parameters, constants } = readOnnx(writeOnnx(graph, weights)).graph;
    const fixed = [...parameters].flatMap(([name, { trainable }]) => (trainable ? [] : [name]));
    expect(fixed).toEqual(["bn1.running_mean", "bn1.running_var"]);
    expect(constants).toEqual(graph.constants);
  });

  it("take ai.onnx for the domain without a name", () => {
    const bytes = changed(({ graph }) => {
      for (const node of graph!.node) node.domain = "ai.onnx";
    });
    expect(readOnnx(bytes).graph.nodes).toEqual(tinyNet().nodes);
  });
});

describe("writeOnnx", () => {
  it("refuses a parameter without a value, or with one of another shape", () => {
    const { graph, weights } = tinyModel();
    const without = new Map([...weights].filter(([name]) => name !== "fc.bias"));
    expect(() => writeOnnx(graph, without)).toThrow(
      "writeOnnx: got no value for parameter fc.bias; expected a value of shape [2]",
    );
    const wrong = new Map([...weights, ["fc.bias", float32([3], [1, 2, 3])] as const]);
    expect(() => writeOnnx(graph, wrong)).toThrow(
      "writeOnnx: got [3] for parameter fc.bias; expected a value of shape [2]",
    );
  });
});

describe("readOnnx of a damaged file", () => {
  const { graph, weights } = tinyModel();
  const file = writeOnnx(graph, weights);

  it("reports a file cut short anywhere, or reads what is whole", () => {
    const outcomes = Array.from({ length: 500 }, (_, i) => readOrRefuse(file.subarray(0, (i * file.length) / 500)));
    expect(outcomes.filter((outcome) => outcome === "refused").length).toBeGreaterThan(490);
    expect(outcomes[0]).toBe("refused");
  });

  it("reports flipped bits, or reads what is still a network", () => {
    const random = new Random(1, "flips");
    for (let run = 0; run < 600; run++) {
      const bytes = file.slice();
      const flips = 1 + random.below(3);
      for (let i = 0; i < flips; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      try {
        readOrRefuse(bytes);
      } catch (error) {
        throw new Error(`run ${run}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  });

  it("reports random bytes", () => {
    const random = new Random(2, "noise");
    for (let run = 0; run < 300; run++) {
      const bytes = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
      expect(readOrRefuse(bytes)).toBe("refused");
    }
  });
});

describe("readOnnx says what it cannot take", () => {
  it.each<[string, Uint8Array, string]>([
    [
      "an empty file",
      new Uint8Array(),
      "got 0 bytes without an ONNX graph; expected an .onnx file with at least one node",
    ],
    ["text", new TextEncoder().encode("<!DOCTYPE html>"), "not a whole ONNX model (15 bytes: "],
    [
      "an unknown operator",
      changed(({ graph }) => {
        graph!.node.at(-1)!.opType = "LSTM";
      }),
      "operator LSTM is not supported; export the model without it",
    ],
    [
      "another domain",
      changed(({ graph }) => {
        graph!.node.at(-1)!.domain = "com.example";
      }),
      "operator com.example.",
    ],
    [
      "an old opset, whose operators mean something else",
      changed((model) => {
        model.opsetImport = [create(OperatorSetIdProtoSchema, { domain: "", version: 6n })];
      }),
      "cannot read this ONNX graph: got opset 6; expected 7 to 26; export the model again with a newer opset",
    ],
    [
      "weights in another file",
      changed(({ graph }) => {
        const [tensor] = graph!.initializer;
        tensor!.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor!.externalData = [create(StringStringEntryProtoSchema, { key: "location", value: "w.bin" })];
      }),
      "cannot read this ONNX graph: Conv (conv1.out): got tensor conv1.weight whose elements lie in another file, w.bin; read the model from its folder (readModel), or export it as one file",
    ],
    [
      "a tensor with too few bytes",
      changed(({ graph }) => {
        graph!.initializer[0]!.rawData = new Uint8Array(8);
      }),
      "cannot read this ONNX graph: Conv (conv1.out): got tensor conv1.weight [4,3,3,3] with 8 bytes; expected 432",
    ],
    [
      "a newer opset than the engine takes",
      changed((model) => {
        model.opsetImport = [create(OperatorSetIdProtoSchema, { domain: "", version: 27n })];
      }),
      "cannot read this ONNX graph: got opset 27; expected 7 to 26; export the model again with an older opset",
    ],
    [
      "a circle",
      changed(({ graph }) => {
        const relu = graph!.node.find(({ opType }) => opType === "Relu")!;
        graph!.node.find(({ opType }) => opType === "Conv")!.input[0] = relu.output[0]!;
      }),
      "cannot read this ONNX graph: Conv (conv1.out) needs its own output, by way of ",
    ],
    [
      "complex numbers",
      changed(({ graph }) => {
        graph!.initializer[0]!.dataType = 14;
      }),
      "cannot read this ONNX graph: Conv (conv1.out): got element type 14; expected one of 1 (float32)",
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => readOnnx(bytes)).toThrow(UserError);
    expect(() => readOnnx(bytes)).toThrow(message);
  });
});
