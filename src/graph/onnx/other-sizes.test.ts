import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { createModel } from "../../models/index.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import { GraphBuilder } from "../builder.js";
import type { Dim } from "../graph.js";
import { initialise } from "../initialise.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

/** The file of a network for images [3, H, W] of 32 × 32, with its input declared as `shape`. */
function fileOf(name: string, shape: readonly Dim[] = ["N", 3, 32, 32]) {
  const graph = createModel(name, { classes: 4, input: [3, 32, 32] });
  const inputs = graph.inputs.map((input) => ({ ...input, shape }));
  return writeOnnx({ ...graph, inputs }, initialise(graph, 1));
}

describe("images of another size", () => {
  it.each([
    ["a size of its own", ["N", 3, 32, 32]],
    ["names", ["N", 3, "height", "width"]],
    ["a name for the height alone", ["N", 3, "height", 32]],
  ] as const)("are taken by a network that pools over whole maps, whose file has %s", async (_, shape) => {
    const file = fileOf("seresnet20", shape);
    const { graph, weights } = readOnnx(file, { image: [undefined, 48, 40] });
    expect([graph.inputs[0]!.shape, graph.outputs[0]!.shape]).toEqual([
      ["N", 3, 48, 40],
      ["N", 4],
    ]);
    const feeds = { x: randomTensor([2, 3, 48, 40], 1) };
    const open = fileOf("seresnet20", ["N", 3, "height", "width"]);
    expect(await runFile(writeOnnx(graph, weights), feeds)).toEqual(await runFile(open, feeds));
  });

  it("are asked for where a file leaves them open, and the mistake names both options", () => {
    const failure = catching(() => readOnnx(fileOf("seresnet20", ["N", 3, "height", "width"])));
    expect(failure.message).toBe(
      "takes images of any size, [N, 3, height, width]; give the size of images, such as 3x224x224",
    );
    expect(failure.options).toEqual(["size", "input"]);
  });

  it("are refused in one line by a network whose dense layer sees every pixel", () => {
    const g = new GraphBuilder("dense");
    const x = g.input("x", "float32", ["N", 3, 8, 8]);
    const w = g.parameter("w", [4, 192], { kind: "constant", value: 0 });
    g.output(g.call("Gemm", [g.call("Flatten", [x]), w], { transB: 1 }, "logits"));
    const file = writeOnnx(g.build(), initialise(g.build(), 1));
    const failure = catching(() => readOnnx(file, { image: [3, 4, 4] }));
    expect(failure.message).toBe(
      "got images 3x4x4; expected 3x8x8, what the model takes (Gemm (logits): got A [N, 48], B [4, 192], transA 0, " +
        "transB 1, expected A [I, K] and B [K, J] once transposed); give images of that size",
    );
  });

  it("are refused where the batch would change with them", () => {
    const g = new GraphBuilder("batch");
    g.output(g.call("Reshape", [g.input("x", "float32", [1, 3, 8, 8]), g.ints([-1, 192])]), "y");
    const failure = catching(() => readOnnx(writeOnnx(g.build(), new Map()), { image: [3, 16, 8] }));
    expect(failure.message).toMatch(
      /^got images 3x16x8; expected 3x8x8, .*y would be \[2, 192\] in the place of \[1, 192\]/,
    );
  });
});

function catching(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("got no failure; expected one");
}
