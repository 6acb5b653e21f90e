import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clone, create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { afterAll, describe, expect, it } from "vitest";
import { openProgram, programOf } from "../../evaluate/ask.js";
import { initialise } from "../../graph/initialise.js";
import { writeModel } from "../../graph/node/write-model.js";
import { createModel } from "../../models/index.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { openModelBytes } from "./model-bytes.js";

const folder = mkdtempSync(join(tmpdir(), "senet-model-bytes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "models"));
const at = (name: string) => join(folder, "models", name);
writeFileSync(join(folder, "secret.bin"), "what else is on the machine");
symlinkSync("../secret.bin", at("link.bin"));

const graph = createModel("resnet20", { classes: 4 });
const weights = initialise(graph, 2);
writeModel(at("whole.onnx"), { graph, weights });
writeModel(at("split.onnx"), { graph, weights }, { split: true });

/** The split file with a change, under another name. */
function changed(name: string, change: (model: ModelProto) => void): string {
  const model = fromBinary(ModelProtoSchema, readFileSync(at("split.onnx")));
  change(model);
  writeFileSync(at(name), toBinary(ModelProtoSchema, model));
  return at(name);
}

/** A tensor of the model, which says that it lies there. */
function placed(model: ModelProto, place: string): TensorProto {
  const tensor = clone(TensorProtoSchema, model.graph!.initializer[0]!);
  tensor.externalData.find(({ key }) => key === "location")!.value = place;
  return tensor;
}

const graphWith = (tensor: TensorProto) => create(GraphProtoSchema, { name: "inner", initializer: [tensor] });
const nodeWith = (attribute: MessageInitShape<typeof AttributeProtoSchema>) =>
  create(NodeProtoSchema, { opType: "Constant", output: ["c"], attribute: [attribute] });

/** Where a file may say that a tensor lies outside. */
const places: Readonly<Record<string, (model: ModelProto, place: string) => void>> = {
  "an initializer": (model, place) => model.graph!.initializer.push(placed(model, place)),
  "an initializer that says two places": (model, place) => {
    const entry = create(StringStringEntryProtoSchema, { key: "location", value: place });
    model.graph!.initializer[0]!.externalData.push(entry);
  },
  "a sparse initializer": (model, place) => {
    model.graph!.sparseInitializer.push(create(SparseTensorProtoSchema, { values: placed(model, place) }));
  },
  "a Constant": (model, place) => model.graph!.node.push(nodeWith({ t: placed(model, place) })),
  "one of several tensors": (model, place) => model.graph!.node.push(nodeWith({ tensors: [placed(model, place)] })),
  "a branch": (model, place) => model.graph!.node.push(nodeWith({ g: graphWith(placed(model, place)) })),
  "a branch in a branch": (model, place) => {
    const inner = create(GraphProtoSchema, { node: [nodeWith({ g: graphWith(placed(model, place)) })] });
    model.graph!.node.push(nodeWith({ graphs: [inner] }));
  },
  "a function": (model, place) => {
    const node = [nodeWith({ t: placed(model, place) })];
    model.functions.push(create(FunctionProtoSchema, { name: "f", domain: "own", output: ["c"], node }));
  },
};

describe("openModelBytes", () => {
  it("lets the engine take weights that lie beside the file, to the bit", async () => {
    const images = { data: randomTensor([2, 3, 32, 32], 1).data, shape: [2, 3, 32, 32] as const };
    const runtime = nodeRuntime({ threads: 1 });
    const answers = ["whole.onnx", "split.onnx"].map(async (name) => {
      const { onnx, folder: beside, outline } = openModelBytes(at(name));
      const asker = await openProgram(runtime, { ...programOf(onnx, name, {}, outline), folder: beside });
      const logits = await asker.logits(images);
      await asker.release();
      return [beside, logits] as const;
    });
    const [[none, whole], [beside, split]] = (await Promise.all(answers)) as [
      readonly [string | undefined, Float32Array],
      readonly [string | undefined, Float32Array],
    ];
    await runtime.close();
    expect([none, beside]).toEqual([undefined, join(folder, "models")]);
    expect(split).toEqual(whole);
  });

  describe.each(Object.keys(places))("with a place in %s", (where) => {
    it.each(["link.bin", "../secret.bin", "/etc/passwd", "a/../../secret.bin"])("refuses %s", (place) => {
      const path = changed("hostile.onnx", (model) => places[where]!(model, place));
      expect(() => openModelBytes(path)).toThrow(/folder of/);
    });

    it("takes the file beside it", () => {
      const path = changed("kind.onnx", (model) => places[where]!(model, "split.onnx.data"));
      expect(openModelBytes(path).outline.elsewhere).toEqual(["split.onnx.data"]);
    });
  });

  it("refuses graphs in graphs without end", () => {
    const path = changed("deep.onnx", (model) => {
      let node = nodeWith({ t: placed(model, "split.onnx.data") });
      for (let depth = 0; depth < 80; depth++) node = nodeWith({ g: create(GraphProtoSchema, { node: [node] }) });
      model.graph!.node.push(node);
    });
    expect(() => openModelBytes(path)).toThrow("more than 64 deep");
  });
});
