import { afterAll, describe, expect, it } from "vitest";
import { openProgram, programOf, programOfModel } from "../evaluate/ask.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Model, Value, ValueType } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { randomTensor } from "../testing/random-tensor.js";
import { importModel } from "./import-model.js";
import { trainingForm, withFileForm } from "./training-form.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

type Build = (g: GraphBuilder, x: Value) => Value;

/** A small network up to its logits, with weights that learn. */
function logits(g: GraphBuilder, x: Value, classes = 4): Value {
  const kernel = g.parameter("conv.weight", [6, 3, 3, 3], { kind: "he-normal", fan: "in" });
  const weight = g.parameter("fc.weight", [classes, 6], { kind: "uniform-fan-in" });
  const bias = g.parameter("fc.bias", [classes], { kind: "uniform-fan-in", fanIn: 6 });
  const map = g.call("Relu", [g.call("Conv", [x, kernel], { strides: [2, 2] })]);
  return g.call("Gemm", [g.call("Flatten", [g.call("GlobalAveragePool", [map])]), weight, bias], { transB: 1 }, "z");
}

/** The bytes of a file that takes images of a type and gives `answer`. */
function file(input: ValueType, build: Build): Uint8Array {
  const g = new GraphBuilder("net");
  g.output(build(g, g.input("pixels", input.dtype, input.shape)), "answer");
  const graph = g.build();
  return writeOnnx(graph, initialise(graph, 5));
}

const nchw = { dtype: "float32", shape: ["N", 3, 8, 8] } as const;
const nhwc = { dtype: "float32", shape: ["N", 8, 8, 3] } as const;
const bytes = (input: ValueType): ValueType => ({ ...input, dtype: "uint8" });
const first = (g: GraphBuilder, x: Value) => g.call("Transpose", [x], { perm: [0, 3, 1, 2] });
const softmax: Build = (g, z) => g.call("Softmax", [z], { axis: 1 });

const data = randomTensor([3, 3, 8, 8], 9, { low: 0, high: 6 }).data.map(Math.round);
const images = { data, shape: [3, 3, 8, 8] as [number, number, number, number] };

/** Logits that a program gives, and all of its outputs. */
async function ask(onnx: Uint8Array) {
  const program = programOf(onnx, "file");
  const asker = await openProgram(runtime, program);
  const found = await asker.all(images);
  await asker.release();
  return { program, ...found };
}

async function logitsOfModel(model: Model) {
  const asker = await openProgram(runtime, programOfModel(model));
  const found = await asker.logits(images);
  await asker.release();
  return found;
}

/** Rows of log-probabilities, which are alike where logits differ by a number alone. */
function normalised(values: Float32Array, classes: number): number[] {
  return Array.from(values, (value, i) => {
    const row = values.subarray(Math.floor(i / classes) * classes, (Math.floor(i / classes) + 1) * classes);
    return value - Math.log(row.reduce((sum, one) => sum + Math.exp(one), 0));
  });
}

const forms: [string, ValueType, Build, number][] = [
  ["a Softmax", nchw, (g, x) => softmax(g, logits(g, x)), 4],
  ["a LogSoftmax", nchw, (g, x) => g.call("LogSoftmax", [logits(g, x)], { axis: 1 }), 4],
  ["a Softmax, then more axes", nchw, (g, x) => g.call("Unsqueeze", [softmax(g, logits(g, x)), g.ints([2, 3])]), 4],
  ["answers [N, K, 1, 1]", nchw, (g, x) => g.call("Reshape", [logits(g, x), g.ints([0, -1, 1, 1])]), 4],
  ["answers [N, 1, 1, K]", nchw, (g, x) => g.call("Reshape", [logits(g, x), g.ints([0, 1, 1, -1])]), 4],
  ["one logit", nchw, (g, x) => logits(g, x, 1), 2],
  ["one probability", nchw, (g, x) => g.call("Sigmoid", [logits(g, x, 1)]), 2],
  ["channels last", nhwc, (g, x) => logits(g, first(g, x)), 4],
  ["bytes", bytes(nchw), (g, x) => logits(g, g.cast(x, "float32")), 4],
  ["bytes with channels last", bytes(nhwc), (g, x) => softmax(g, logits(g, first(g, g.cast(x, "float32")))), 4],
  ["bytes turned first", bytes(nhwc), (g, x) => logits(g, g.cast(first(g, x), "float32")), 4],
  [
    "channels last that are read twice",
    nhwc,
    (g, x) => logits(g, g.call("Add", [first(g, x), g.call("ReduceMax", [first(g, x), g.ints([1])])])),
    4,
  ],
];

describe("trainingForm", () => {
  it.each(forms)(
    "makes logits of images out of %s, and withFileForm the file again",
    async (_, input, build, classes) => {
      const onnx = file(input, build);
      const whole = await ask(onnx);
      const formed = trainingForm(readOnnx(onnx));
      const model = importModel(formed);
      expect(model.graph.inputs[0]).toMatchObject({ dtype: "float32", shape: ["N", 3, 8, 8] });
      expect(model.graph.outputs[0]!.shape).toEqual(["N", classes]);
      const found = normalised(await logitsOfModel(model), classes);
      for (const [i, value] of normalised(whole.logits, classes).entries()) expect(found[i]).toBeCloseTo(value, 3);
      const again = await ask(writeOnnx(withFileForm(model.graph), model.weights));
      expect(again.program.input).toMatchObject({ ...whole.program.input, because: expect.any(String) });
      expect(again.program.answer.kind).toBe(whole.program.answer.kind);
      expect(again.outputs.answer!.shape).toEqual(whole.outputs.answer!.shape);
      const given = Array.from(again.outputs.answer!.data as Float32Array);
      for (const [i, value] of Array.from(whole.outputs.answer!.data as Float32Array).entries()) {
        expect(given[i]).toBeCloseTo(value, 4);
      }
    },
  );

  it("leaves a graph as it is that has that form", () => {
    const model = readOnnx(file(nchw, (g, x) => logits(g, x)));
    expect(trainingForm(model).graph).toBe(model.graph);
    expect(withFileForm(model.graph)).toBe(model.graph);
  });

  it("takes the classifier of several outputs, without what only others need", () => {
    const onnx = file(nchw, (g, x) => {
      const z = logits(g, x);
      const extra = g.parameter("embedding.weight", [4, 2], { kind: "uniform-fan-in" });
      g.output(g.call("LpNormalization", [g.call("MatMul", [z, extra])]), "embedding");
      return softmax(g, z);
    });
    const { graph, left, weights } = trainingForm(readOnnx(onnx), { output: "answer" });
    expect(graph.outputs.map(({ name }) => name)).toEqual(["answer"]);
    expect(left).toEqual(["embedding"]);
    expect([...weights.keys()]).toEqual(["conv.weight", "fc.weight", "fc.bias"]);
  });
});

describe("what a file says of a form itself", () => {
  const claimed = (text: string): Model => {
    const model = readOnnx(file(nchw, logits));
    return {
      ...model,
      graph: {
        ...model.graph,
        metadata: new Map([
          ["senet.form", text],
          ["author", "somebody"],
        ]),
      },
    };
  };

  it("does not count, and all else that it says stays", () => {
    for (const text of ["no JSON", "{}", '{"output":"z"}']) {
      const { graph } = trainingForm(claimed(text));
      expect([...graph.metadata]).toEqual([["author", "somebody"]]);
      expect(withFileForm(graph)).toBe(graph);
    }
  });

  it("is refused where it was not put aside", () => {
    expect(() => withFileForm(claimed("{}").graph)).toThrow("got metadata senet.form that senet did not write");
  });
});
