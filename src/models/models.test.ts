import { describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { gradientStep } from "../step/gradient-step.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { createModel, modelEntry, models } from "./index.js";

const names = Object.keys(models);

describe("parameter names", () => {
  const shapes = (name: string, options = {}) =>
    Object.fromEntries([...createModel(name, options).parameters].map(([key, { shape }]) => [key, shape.join("x")]));

  it("of seresnet20 are pinned, with their shapes", () => {
    const bn = (c: number) => ({ weight: c, bias: c, running_mean: c, running_var: c });
    const expected: Record<string, string> = {};
    const add = (prefix: string, entries: Record<string, string | number>) => {
      for (const [key, shape] of Object.entries(entries)) expected[`${prefix}.${key}`] = `${shape}`;
    };
    add("conv1", { weight: "16x3x3x3" });
    add("bn1", bn(16));
    for (const [stage, c, before, hidden] of [
      [1, 16, 16, 1],
      [2, 32, 16, 2],
      [3, 64, 32, 4],
    ] as const) {
      for (const block of [0, 1, 2]) {
        const at = `layer${stage}.${block}`;
        add(`${at}.conv1`, { weight: `${c}x${block === 0 ? before : c}x3x3` });
        add(`${at}.bn1`, bn(c));
        add(`${at}.conv2`, { weight: `${c}x${c}x3x3` });
        add(`${at}.bn2`, bn(c));
        add(`${at}.se.fc1`, { weight: `${hidden}x${c}x1x1`, bias: hidden });
        add(`${at}.se.fc2`, { weight: `${c}x${hidden}x1x1`, bias: c });
        if (before !== c && block === 0) {
          add(`${at}.downsample.0`, { weight: `${c}x${before}x1x1` });
          add(`${at}.downsample.1`, bn(c));
        }
      }
    }
    add("fc", { weight: "10x64", bias: "10" });
    expect(shapes("seresnet20")).toEqual(expected);
    expect(Object.keys(expected)).toHaveLength(20 + 4 * 21 + 4 * 9 + 3);
  });

  it.each(["20", "32", "44", "56", "110"])("of resnet%s are those of its twin without the SE blocks", (depth) => {
    const plain = shapes(`resnet${depth}`);
    const twin = Object.entries(shapes(`seresnet${depth}`)).filter(([key]) => !key.includes(".se."));
    expect(Object.fromEntries(twin)).toEqual(plain);
  });

  it("with option A have no downsample", () => {
    expect(Object.keys(shapes("resnet20", { shortcut: "A" })).filter((key) => key.includes("downsample"))).toEqual([]);
  });
});

describe("twins", () => {
  it("start from the same values where they have the same names, at the same seed", () => {
    const plain = initialise(createModel("resnet20"), 3);
    const se = initialise(createModel("seresnet20"), 3);
    for (const [name, tensor] of plain) expect(se.get(name)).toEqual(tensor);
    expect(initialise(createModel("resnet20"), 4).get("conv1.weight")).not.toEqual(plain.get("conv1.weight"));
  });

  it("are one graph, whether SE comes by the name or as an option", () => {
    const option = createModel("resnet20", { attention: { kind: "se", reduction: 16 } });
    expect({ ...option, name: "seresnet20" }).toEqual(createModel("seresnet20"));
    const without = createModel("seresnet20", { attention: { kind: "none" } });
    expect({ ...without, name: "resnet20" }).toEqual(createModel("resnet20"));
  });
});

describe("every model", () => {
  it.each(names)("%s takes x [N, C, H, W] and gives logits [N, classes]", (name) => {
    const { inputs, outputs } = createModel(name, { classes: 7 });
    expect(inputs).toEqual([{ name: "x", dtype: "float32", shape: ["N", ...modelEntry(name).input] }]);
    expect(outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 7] }]);
  });

  it.each([
    ["resnet20", {}],
    ["seresnet20", {}],
    ["seresnet20", { shortcut: "A" }],
    ["seresnet20", { input: [1, 28, 28], classes: 3 }],
    ["seresnet20", { input: [3, 33, 17] }],
  ] as const)("%s %j runs, and an image's logits do not depend on the rest of its batch", async (name, options) => {
    const graph = createModel(name, options);
    const feeds = Object.fromEntries(initialise(graph, 1));
    const [, channels, height, width] = graph.inputs[0]!.shape as [string, number, number, number];
    const one = randomTensor([1, channels, height, width], 1);
    const two = float32([2, channels, height, width], Float32Array.from([...one.data, ...one.data.map((v) => -v)]));
    const { logits: alone } = await runGraph(graph, { ...feeds, x: one });
    const { logits: both } = await runGraph(graph, { ...feeds, x: two });
    const classes = alone!.shape[1]!;
    expect(alone!.shape).toEqual([1, "classes" in options ? options.classes : 10]);
    for (let k = 0; k < classes; k++) {
      expect(alone!.data[k]).toSatisfy(Number.isFinite);
      expect(both!.data[k]).toBeCloseTo(alone!.data[k] as number, 4);
    }
  });

  it.each(["resnet20", "seresnet20"])("every parameter of %s receives a gradient from the start", async (name) => {
    const graph = createModel(name, { input: [3, 8, 8] });
    const batch = 16;
    const { graph: step } = gradientStep(graph, { batch, loss: crossEntropy() });
    const results = await runGraph(step, {
      ...Object.fromEntries(initialise(graph, 1)),
      x: randomTensor([batch, 3, 8, 8], 1),
      y: int64(
        [batch],
        Array.from({ length: batch }, (_, i) => i % 10),
      ),
    });
    const size = ({ data }: Tensor) => Array.from(data, Number).reduce((sum, value) => sum + Math.abs(value), 0);
    const trainable = [...graph.parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
    const without = trainable.filter((key) => !(size(results[`grad.${key}`]!) > 0));
    expect(without).toEqual([]);
  });
});

describe("createModel", () => {
  it.each<[string, () => unknown, string]>([
    [
      "an unknown name",
      () => createModel("seresnet21"),
      'unknown model "seresnet21"; expected the name of a network; did you mean "seresnet20"?',
    ],
    ["a misspelt name", () => createModel("SE-ResNet20"), 'did you mean "seresnet20"?'],
    ["a name every object has", () => createModel("constructor"), 'unknown model "constructor"'],
    [
      "no classes",
      () => createModel("resnet20", { classes: 0 }),
      "createModel: got classes 0; expected a whole number from 1 to 1,048,576",
    ],
    [
      "half a class",
      () => createModel("resnet20", { classes: 2.5 }),
      "createModel: got classes 2.5; expected a whole number from 1 to 1,048,576",
    ],
    [
      "an input without rows",
      () => createModel("resnet20", { input: [3, 0, 32] }),
      "createModel: got input 3x0x32; expected channels x height x width such as 3x32x32",
    ],
    [
      "all features left out",
      () => createModel("resnet20", { dropout: 1 }),
      "createModel: got dropout 1; expected a share from 0 to below 1 such as 0.2",
    ],
    [
      "attention where there is no stage",
      () => createModel("seresnet50", { attention: { kind: "se", stages: [2, 6] } }),
      "seresnet50: got attention in stages 2, 6; expected some of 2 to 5",
    ],
    [
      "attention where it cannot stand",
      () => createModel("se_vgg16_bn", { attention: { kind: "se", placement: "post" } }),
      'se_vgg16_bn: got attention at "post"; expected one of standard',
    ],
    [
      "a switch that the network does not have",
      () => createModel("vgg16", { convBias: false }),
      "vgg16: got convBias false; expected no such option",
    ],
    [
      "an input that is too small",
      () => createModel("se_inception_v3", { input: [1, 100, 20] }),
      "se_inception_v3: got input 1x100x20; expected 1x75x75 or more",
    ],
    [
      "a reduction of 0",
      () => createModel("resnet20", { attention: { kind: "se", reduction: 0 } }),
      "squeezeExcite: got reduction 0; expected a positive number such as 16",
    ],
    [
      "a map that cannot be halved by option A",
      () => createModel("resnet20", { shortcut: "A", input: [3, 2, 2] }),
      "layer3.0: got a 1×1 map to halve; expected an input of 4×4 or more",
    ],
  ])("refuses %s", (_, build, message) => {
    expect(build).toThrow(message);
  });
});

describe("dropout", () => {
  const rates = (name: string, options = {}) => {
    const graph = createModel(name, options);
    const inputs = graph.nodes.flatMap(({ op, inputs }) => (op === "Dropout" ? [inputs[1]!] : []));
    return inputs.map((input) => Number(graph.constants.get(input)!.data[0]));
  };

  it.each([
    ["senet154", [0.2]],
    ["vgg16_bn", [0.5, 0.5]],
    ["mobilenet_v3_small", [0.2]],
    ["resnet50", []],
  ])("%s has it as published: %j", (name, expected) => {
    expect(rates(name)).toHaveLength(expected.length);
    for (const [i, rate] of rates(name).entries()) expect(rate).toBeCloseTo(expected[i]!, 6);
  });

  it("can be had everywhere, or nowhere", () => {
    expect(rates("resnet50", { dropout: 0.5 })).toEqual([0.5]);
    expect(rates("vgg16_bn", { dropout: 0 })).toEqual([]);
  });
});
