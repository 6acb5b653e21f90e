import { describe, expectTypeOf, it } from "vitest";
import type { Dataset } from "../data/dataset.js";
import * as data from "./data.js";
import * as graph from "./graph.js";
import * as layers from "./layers.js";
import type * as node from "./node.js";
import * as senet from "./senet.js";
import * as step from "./step.js";

// What the compiler says of the main functions. Lines that must not compile say so, and fail the build where they do.

declare const g: graph.GraphBuilder;
declare const x: graph.Value;

describe("the types of", () => {
  it("createModel", () => {
    expectTypeOf(senet.createModel).returns.toEqualTypeOf<senet.Graph>();
    expectTypeOf(senet.createModel).toBeCallableWith("seresnet20", { classes: 10, input: [3, 32, 32] });
    expectTypeOf(senet.createModel).toBeCallableWith("resnet20", {
      attention: { kind: "eca", kernel: 5, stages: [3] },
    });
    // @ts-expect-error ECA has no reduction
    (() => senet.createModel("resnet20", { attention: { kind: "eca", reduction: 8 } })) satisfies () => senet.Graph;
    // @ts-expect-error an input has three sizes
    (() => senet.createModel("resnet20", { input: [32, 32] })) satisfies () => senet.Graph;
  });

  it("train", () => {
    expectTypeOf(senet.train).returns.resolves.toEqualTypeOf<senet.TrainResult>();
    expectTypeOf<senet.TrainResult["predictions"]>().toEqualTypeOf<Int32Array>();
    type Needed = Pick<senet.TrainOptions, "runtime" | "graph" | "dataset" | "recipe" | "seed">;
    expectTypeOf<Needed>().toExtend<senet.TrainOptions>();
    // @ts-expect-error a run has a seed
    expectTypeOf<Omit<Needed, "seed">>().toExtend<senet.TrainOptions>();
  });

  it("a recipe", () => {
    const recipeFor = ({ augment }: Dataset) => ({ ...senet.defaultRecipe, epochs: 2, augment });
    expectTypeOf(recipeFor).returns.toExtend<senet.Recipe>();
    // @ts-expect-error how often, only who trains knows
    expectTypeOf(senet.defaultRecipe).toExtend<senet.Recipe>();
    expectTypeOf<senet.Recipe["loss"]>().toEqualTypeOf<"ce" | "bce" | undefined>();
  });

  it("evaluate and compare", () => {
    expectTypeOf(senet.evaluate).returns.resolves.toEqualTypeOf<senet.Evaluation>();
    expectTypeOf<Dataset>().toExtend<senet.EvaluateOptions["dataset"]>();
    expectTypeOf(senet.compare).returns.resolves.toEqualTypeOf<senet.Comparison>();
    expectTypeOf(senet.zooModel).returns.toExtend<senet.CompareOptions["models"][number]>();
  });

  it("files", () => {
    expectTypeOf(senet.readOnnx).returns.toEqualTypeOf<senet.Model>();
    expectTypeOf(senet.writeOnnx).returns.toEqualTypeOf<Uint8Array>();
    expectTypeOf<typeof node.readModel>().returns.toEqualTypeOf<senet.Model>();
    expectTypeOf<typeof node.openDataset>().returns.resolves.toExtend<Dataset>();
  });

  it("a photo's way in", () => {
    expectTypeOf<typeof node.readPhoto>().returns.resolves.toExtend<Parameters<typeof data.preprocess>[0]>();
    expectTypeOf<ImageData>().toExtend<Parameters<typeof data.preprocess>[0]>();
    expectTypeOf(data.preprocess).returns.toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectTypeOf(senet.publishedPreprocessing).returns.toExtend<Parameters<typeof data.preprocess>[1]>();
  });

  it("a classifier", () => {
    expectTypeOf(senet.openClassifier).returns.resolves.toEqualTypeOf<senet.Classifier>();
    expectTypeOf<typeof node.openClassifier>().returns.resolves.toExtend<senet.Classifier>();
    expectTypeOf<senet.Classifier["logits"]>().returns.resolves.toEqualTypeOf<Float32Array>();
    expectTypeOf<ImageData>().toExtend<senet.ClassifiedImage>();
    expectTypeOf<Dataset>().toExtend<senet.ClassifierParts["preprocessing"]>();
  });

  it("a model's answers", () => {
    expectTypeOf<senet.Runtime["open"]>().returns.resolves.toEqualTypeOf<senet.Session>();
    expectTypeOf<senet.Session["run"]>().returns.resolves.toEqualTypeOf<senet.Tensors>();
    expectTypeOf(senet.floatsOf).returns.toEqualTypeOf<Float32Array>();
    expectTypeOf(graph.extent).returns.toEqualTypeOf<number>();
    expectTypeOf(senet.float32).returns.toEqualTypeOf<senet.Tensor<"float32">>();
    expectTypeOf<senet.Tensor<"int64">["data"]>().toEqualTypeOf<BigInt64Array>();
  });

  it("layers", () => {
    expectTypeOf(layers.conv).returns.toEqualTypeOf<graph.Value>();
    type Call = () => graph.Value;
    (() => g.call("Conv", [x, x], { strides: [2, 2], group: 1 })) satisfies Call;
    // @ts-expect-error no operator has this name
    (() => g.call("Convolution", [x, x])) satisfies Call;
    // @ts-expect-error Conv has no attribute of this name
    (() => g.call("Conv", [x, x], { stride: [2, 2] })) satisfies Call;
    // @ts-expect-error strides are numbers
    (() => g.call("Conv", [x, x], { strides: "2" })) satisfies Call;
  });

  it("a step", () => {
    expectTypeOf(step.planTraining).returns.toEqualTypeOf<step.TrainingStep>();
    expectTypeOf(step.sgd).returns.toExtend<step.TrainingStepOptions["optimizer"]>();
    expectTypeOf(step.crossEntropy).returns.toExtend<step.TrainingStepOptions["loss"]>();
    expectTypeOf(step.openStep).returns.resolves.toEqualTypeOf<senet.Session>();
  });
});
