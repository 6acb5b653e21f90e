import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { gradientStep } from "../step/gradient-step.js";
import { runFile, runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { readSafetensors } from "../weights/safetensors/safetensors.js";
import { importModel } from "./import-model.js";
import { bindDims } from "./replay.js";
import { foldedConvolutions, type Moments, momentsGraph, unfoldBatchNorm } from "./unfold-batch-norm.js";

/** A small network by PyTorch's exporter, see `tests/goldens/make-exports.py`, and the images of its golden file. */
function exported(name: string): { model: Model; x: Tensor; y: Tensor } {
  const path = fileURLToPath(new URL(`../../tests/goldens/exports/${name}`, import.meta.url));
  const { tensors } = readSafetensors(readFileSync(`${path.replace(/\.folded$/, "")}.safetensors`));
  const model = importModel(readOnnx(readFileSync(`${path}.onnx`)));
  return { model, x: tensors.get("x")!, y: tensors.get("y")! };
}

/** The model with batch norms whose statistics are those of one batch. */
async function unfoldedOn(model: Model, x: Tensor) {
  const sites = foldedConvolutions(model.graph);
  const measured = await runFile(writeOnnx(momentsGraph(model.graph, sites), model.weights), { x });
  const vector = (name: string) => Float64Array.from(toNumbers(measured[name]!));
  const moments = new Map(
    sites.map(({ output }): [string, Moments] => [
      output,
      { mean: vector(`mean.${output}`), variance: vector(`variance.${output}`) },
    ]),
  );
  return { sites, unfolded: unfoldBatchNorm(model, sites, moments) };
}

/** max |a − b| / max |b|. */
function off(actual: Tensor, expected: Tensor): number {
  const [a, b] = [toNumbers(actual), toNumbers(expected)];
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...b.map(Math.abs));
}

const convolutions = ({ graph }: Model) => graph.nodes.filter(({ op }) => op === "Conv").length;
const norms = ({ graph }: Model) => graph.nodes.filter(({ op }) => op === "BatchNormalization").length;

describe("unfoldBatchNorm", () => {
  const folded = [
    ...["resnet18", "resnet50", "vgg16_bn", "inception_v3", "mobilenet_v2", "shufflenet_v2_x0_5", "googlenet"],
    ...["efficientnet_b0", "densenet121"],
  ];
  it.each(folded)("puts back into %s what the exporter folded away, and the logits stay", async (name) => {
    const { model, x } = exported(`${name}.folded`);
    const { sites, unfolded } = await unfoldedOn(model, x);
    const original = exported(name).model;
    // GoogLeNet's stem is a convolution that never had one.
    expect(norms(unfolded)).toBe(norms(original) + (name === "googlenet" ? 1 : 0));
    expect(convolutions(unfolded)).toBe(convolutions(model));
    expect(sites.length).toBe(norms(unfolded) - norms(model));
    const [before, after] = await Promise.all(
      [model, unfolded].map(({ graph, weights }) => runFile(writeOnnx(graph, weights), { x })),
    );
    const [logits] = Object.keys(before!);
    expect(off(after![logits!]!, before![logits!]!)).toBeLessThan(1e-5);
  });

  it.each(["resnet18", "mobilenet_v2"])(
    "trains %s by the statistics of the batch: those measured give the loss it had",
    async (name) => {
      const { model, x, y } = exported(`${name}.folded`);
      const { unfolded } = await unfoldedOn(model, x);
      const step = (of: Model, mode: "eval" | "train") =>
        runGraph(gradientStep(bindDims(of.graph, { N: 3 }), { batch: 3, loss: crossEntropy(), mode }).graph, {
          ...Object.fromEntries(of.weights),
          x,
          y,
        });
      const [before, after] = [await step(model, "eval"), await step(unfolded, "train")];
      expect(off(after.loss!, before.loss!)).toBeLessThan(1e-5);
      // The same function at the start, but with gradients of its own: shifting or scaling all images changes nothing.
      const weight = [...unfolded.graph.parameters].find(([, { shape }]) => shape.length === 4)![0];
      const along = toNumbers(after[`grad.${weight}`]!).reduce(
        (sum, g, i) => sum + g * toNumbers(unfolded.weights.get(weight)!)[i]!,
        0,
      );
      const size = (t: Tensor) => Math.hypot(...toNumbers(t));
      expect(Math.abs(along) / (size(after[`grad.${weight}`]!) * size(unfolded.weights.get(weight)!))).toBeLessThan(
        1e-3,
      );
      const plain = toNumbers(before[`grad.${weight}`]!).reduce(
        (sum, g, i) => sum + g * toNumbers(model.weights.get(weight)!)[i]!,
        0,
      );
      expect(Math.abs(plain) / (size(before[`grad.${weight}`]!) * size(model.weights.get(weight)!))).toBeGreaterThan(
        1e-3,
      );
    },
  );

  it("finds nothing in networks whose batch norms are there, in gates, heads and on single pixels", () => {
    for (const name of ["resnet18", "efficientnet_b0", "mobilenet_v3_small"]) {
      expect(foldedConvolutions(exported(name).model.graph)).toEqual([]);
    }
    // SqueezeNet's head is a convolution; the others never had a batch norm, but may have one.
    const { model } = exported("squeezenet1_1");
    expect(foldedConvolutions(model.graph).length).toBe(convolutions(model) - 1);
  });
});
