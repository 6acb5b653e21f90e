import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import type { Value, ValueType } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32 } from "../graph/tensor.js";
import type { AnswerKind } from "../read/answer-form.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { randomTensor } from "../testing/random-tensor.js";
import { activationOf, openProgram, programOf } from "./ask.js";
import { confidenceOf } from "./logits.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

type Shape = [number, number, number, number];

/** Features [N, 6] of images [N, 3, 8, 8] in one of several layouts. */
function features(g: GraphBuilder, x: Value): Value {
  const kernel = g.constant(randomTensor([6, 3, 3, 3], 1));
  return g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Conv", [x, kernel], { strides: [2, 2] })])]);
}

function logits(g: GraphBuilder, x: Value, classes = 5): Value {
  const weight = g.constant(randomTensor([classes, 6], classes + 1));
  return g.call("Gemm", [features(g, x), weight], { transB: 1 });
}

/** The bytes of a file that takes images of a type and gives `y`, what `build` makes of them. */
function file(input: ValueType, build: (g: GraphBuilder, x: Value) => Value, output = "y"): Uint8Array {
  const g = new GraphBuilder("test");
  g.output(build(g, g.input("pixels", input.dtype, input.shape)), output);
  return writeOnnx(g.build(), new Map());
}

const nchw = { dtype: "float32", shape: ["N", 3, 8, 8] } as const;
const nhwc = { dtype: "float32", shape: ["N", 8, 8, 3] } as const;

/** Images [4, 3, 8, 8] as whole numbers, and the same with channels last. */
const images = randomTensor([4, 3, 8, 8], 2).data.map((value) => Math.round(Math.abs(value) * 60));
const channelsLast = images.map((_, i) => {
  const [n, p, c] = [Math.floor(i / 192), Math.floor((i % 192) / 3), i % 3];
  return images[n * 192 + c * 64 + p]!;
});

/** What plain onnxruntime-node gives for the bytes of a file. */
async function plainly(onnx: Uint8Array, feed: ort.Tensor, output: string): Promise<number[]> {
  const session = await ort.InferenceSession.create(onnx);
  const results = await session.run({ [session.inputNames[0]!]: feed });
  await session.release();
  return Array.from(results[output]!.data as Float32Array, Number);
}

async function asked(onnx: Uint8Array, output?: string) {
  const program = programOf(onnx, "file", { output });
  const asker = await openProgram(runtime, program);
  const found = await asker.logits({ data: Float32Array.from(images), shape: [4, 3, 8, 8] as Shape });
  await asker.release();
  return { ...program, found };
}

/** Probabilities [4, classes] of logits, by the rule of the answer. */
function probabilities(found: Float32Array, classes: number, activation: "softmax" | "sigmoid"): number[] {
  return Array.from(found, (_, i) => {
    const row = found.subarray(Math.floor(i / classes) * classes, (Math.floor(i / classes) + 1) * classes);
    return confidenceOf(row, i % classes, activation);
  });
}

const feed = new ort.Tensor("float32", Float32Array.from(images), [4, 3, 8, 8]);

describe("a program that is asked", () => {
  type Ending = (g: GraphBuilder, z: Value) => Value;
  it.each<[string, AnswerKind, Ending]>([
    ["a Softmax", "probabilities", (g, z) => g.call("Softmax", [z], { axis: 1 })],
    ["a Softmax with a Cast behind", "probabilities", (g, z) => g.cast(g.call("Softmax", [z]), "float32")],
    [
      "a Softmax over [N, K, 1, 1]",
      "probabilities",
      (g, z) => g.call("Softmax", [g.call("Reshape", [z, g.ints([0, -1, 1, 1])])], { axis: 1 }),
    ],
    [
      "a Softmax behind which axes go and come",
      "probabilities",
      (g, z) => g.call("Flatten", [g.call("Unsqueeze", [g.call("Softmax", [z]), g.ints([2, 3])])]),
    ],
    [
      "a Softmax written out",
      "probabilities",
      (g, z) => {
        const exps = g.call("Exp", [g.call("Sub", [z, g.call("ReduceMax", [z, g.ints([1])])])]);
        return g.call("Div", [exps, g.call("ReduceSum", [exps, g.ints([1])])]);
      },
    ],
    ["a Sigmoid for each class", "independent", (g, z) => g.call("Sigmoid", [z])],
  ])("shows the probabilities of %s as they are", async (_, kind, ending) => {
    const onnx = file(nchw, (g, x) => ending(g, logits(g, x)));
    const { answer, found } = await asked(onnx);
    expect(answer).toMatchObject({ kind, classes: 5 });
    const shown = probabilities(found, 5, activationOf(answer));
    const plain = await plainly(onnx, feed, "y");
    for (const [i, p] of plain.entries()) expect(shown[i]).toBeCloseTo(p, 6);
  });

  it.each<[string, AnswerKind, Ending]>([
    ["a LogSoftmax", "log-probabilities", (g, z) => g.call("LogSoftmax", [z])],
    ["the Log of a Softmax", "log-probabilities", (g, z) => g.call("Log", [g.call("Softmax", [z])])],
    ["logits [N, K, 1, 1]", "logits", (g, z) => g.call("Reshape", [z, g.ints([0, -1, 1, 1])])],
    ["logits [N, 1, 1, K]", "logits", (g, z) => g.call("Reshape", [z, g.ints([0, 1, 1, -1])])],
    ["logits behind an activation of a gate", "logits", (g, z) => g.call("Mul", [z, g.call("Sigmoid", [z])])],
  ])("takes %s as they are", async (_, kind, ending) => {
    const onnx = file(nchw, (g, x) => ending(g, logits(g, x)));
    const { answer, found } = await asked(onnx);
    expect(answer).toMatchObject({ kind, classes: 5 });
    expect([...found]).toEqual(await plainly(onnx, feed, "y"));
  });

  it.each<[string, AnswerKind, Ending]>([
    ["logit", "logit", (_, z) => z],
    ["probability", "probability", (g, z) => g.call("Sigmoid", [z])],
    [
      "probability of four axes",
      "probability",
      (g, z) => {
        return g.call("Sigmoid", [g.call("Reshape", [z, g.ints([0, -1, 1, 1])])]);
      },
    ],
  ])("makes two classes of a single %s", async (_, kind, ending) => {
    const onnx = file(nchw, (g, x) => ending(g, logits(g, x, 1)));
    const { answer, found } = await asked(onnx);
    expect(answer).toMatchObject({ kind, classes: 2 });
    const given = await plainly(onnx, feed, "y");
    const second = given.map((value) => (kind === "logit" ? 1 / (1 + Math.exp(-value)) : value));
    const shown = probabilities(found, 2, "softmax");
    for (const [n, p] of second.entries()) {
      expect(shown[2 * n + 1]).toBeCloseTo(p, 5);
      expect(shown[2 * n]).toBeCloseTo(1 - p, 5);
    }
  });

  it("keeps what is as good as 0 or 1 finite", async () => {
    const onnx = file(nchw, (g, x) => g.call("Softmax", [g.call("Mul", [logits(g, x), g.scalar(1e6)])]));
    const { found } = await asked(onnx);
    expect(found.every((value) => Number.isFinite(value))).toBe(true);
  });

  it.each<[string, "float32" | "uint8"]>([
    ["channels last", "float32"],
    ["channels last as bytes", "uint8"],
  ])("feeds %s", async (_, dtype) => {
    const onnx = file({ ...nhwc, dtype }, (g, x) => {
      return logits(g, g.call("Transpose", [g.cast(x, "float32")], { perm: [0, 3, 1, 2] }));
    });
    const { input, found } = await asked(onnx);
    expect(input).toMatchObject({ layout: "NHWC", type: dtype, channels: 3, height: 8, width: 8 });
    const data = dtype === "uint8" ? Uint8Array.from(channelsLast) : Float32Array.from(channelsLast);
    expect([...found]).toEqual(await plainly(onnx, new ort.Tensor(dtype, data as Float32Array, [4, 8, 8, 3]), "y"));
  });

  it("feeds a file of a fixed batch in whole batches", async () => {
    const fixed = { ...nchw, shape: [3, 3, 8, 8] } as const;
    const onnx = file(fixed, (g, x) => logits(g, x));
    const free = file(nchw, (g, x) => logits(g, x));
    const { found } = await asked(onnx);
    expect([...found]).toEqual(await plainly(free, feed, "y"));
  });

  it("finds which output is the answer, wherever it stands", async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const onnx = file(
        nchw,
        (g, x) => {
          const seen = features(g, x);
          const z = g.call("Gemm", [seen, g.constant(randomTensor([5, 6], 3))], { transB: 1 });
          const all = [g.call("Identity", [seen], {}, "features"), g.call("Identity", [z], {}, "scores")];
          const outputs = [...all, g.call("Softmax", [z], {}, "probabilities")];
          for (const i of order) g.output(outputs[i]!);
          return g.call("Relu", [seen]);
        },
        "again",
      );
      const { answer, found } = await asked(onnx);
      expect(answer.output).toBe("scores");
      expect([...found]).toEqual(await plainly(onnx, feed, "scores"));
      expect((await asked(onnx, "probabilities")).answer.kind).toBe("probabilities");
      expect(() => programOf(onnx, "file", { output: "other" })).toThrow("answer: got other; expected one of file: ");
    }
  });

  it("asks which output it is where two may be it", () => {
    const onnx = file(nchw, (g, x) => {
      const seen = features(g, x);
      const head = (name: string, seed: number) =>
        g.call("Gemm", [seen, g.constant(randomTensor([5, 6], seed))], { transB: 1 }, name);
      g.output(head("age", 1));
      return head("kind", 2);
    });
    expect(() => programOf(onnx, "file")).toThrow("file: got 2 outputs that may be the answer (age, y)");
  });

  it.each<[string, number, number[], number[], "bytes" | "unit" | undefined]>([
    ["0–255 with ImageNet's mean", 255, [123.675, 116.28, 103.53], [58.4, 57.1, 57.4], "bytes"],
    ["0–255 to −1–1", 255, [127.5], [127.5], "bytes"],
    ["0–1 with ImageNet's mean", 1, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], "unit"],
    ["nothing", 1, [0], [1], undefined],
  ])("sees that a file normalises %s", (_, __, mean, std, takes) => {
    const axes = mean.length === 3 ? [3, 1, 1] : [1];
    const onnx = file(nchw, (g, x) => {
      const moved = mean[0] === 0 ? x : g.call("Sub", [x, g.constant(float32(axes, mean))]);
      return logits(g, std[0] === 1 ? moved : g.call("Div", [moved, g.constant(float32(axes, std))]));
    });
    expect(programOf(onnx, "file").input.takes).toBe(takes);
  });
});
