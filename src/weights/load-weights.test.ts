import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withKernelChannels } from "../clean/with-channels.js";
import { UserError } from "../errors.js";
import { memorySource } from "../files/byte-source.js";
import type { Graph, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, float64, int64, type Tensor } from "../graph/tensor.js";
import { createModel, modelEntry } from "../models/index.js";
import type { Notice } from "../notice.js";
import { type LoadWeightsOptions, loadWeights, WeightsMismatch } from "./load-weights.js";
import { openInitializers } from "./onnx-initializers.js";
import { openPth } from "./pth/pth.js";
import { openSafetensors, writeSafetensors } from "./safetensors/safetensors.js";

const graph = createModel("seresnet20", { input: [3, 8, 8] });
const weights = initialise(graph, 5);

/** The weights under other names. */
function renamed(change: (name: string) => string, of: Weights = weights): Map<string, Tensor> {
  return new Map([...of].map(([name, tensor]) => [change(name), tensor]));
}

/** The weights with some tensors changed; undefined takes one out. */
function changed(change: Readonly<Record<string, Tensor | undefined>>): Map<string, Tensor> {
  const all = new Map<string, Tensor | undefined>([...weights, ...Object.entries(change)]);
  return new Map([...all].filter((entry): entry is [string, Tensor] => entry[1] !== undefined));
}

/** Compares bytes, which takes a moment where comparing numbers takes minutes. */
function expectSame(read: Weights, expected: Weights): void {
  expect([...read.keys()]).toEqual([...expected.keys()]);
  const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const differing = [...read].filter(([name, tensor]) => {
    const other = expected.get(name)!;
    return tensor.shape.join() !== other.shape.join() || !bytes(tensor).equals(bytes(other));
  });
  expect(differing.map(([name]) => name)).toEqual([]);
}

/** Values that tell one parameter from another. */
function numbered({ parameters }: Graph): Weights {
  return new Map(
    [...parameters].map(([name, { shape }], i) => [
      name,
      float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i)),
    ]),
  );
}

function mismatch(tensors: ReadonlyMap<string, Tensor>, options: LoadWeightsOptions = {}): WeightsMismatch {
  try {
    loadWeights(graph, tensors, { source: "f", ...options });
  } catch (error) {
    if (error instanceof WeightsMismatch) return error;
    throw error;
  }
  throw new Error("expected a mismatch");
}

const shaped = (...shape: number[]) => float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5));

describe("loadWeights takes tensors", () => {
  it.each<[string, (name: string) => string]>([
    ["of equal names", (name) => name],
    ["of DataParallel", (name) => `module.${name}`],
    ["of a compiled DataParallel", (name) => `_orig_mod.module.${name}`],
    ["of Lightning", (name) => `model.${name}`],
    ["by Cadene's names", (name) => name.replace(".se.", ".se_module.").replace(/^fc\./, "last_linear.")],
    ["by the names of the first CIFAR ResNets", (name) => name.replace(/^fc\./, "linear.")],
  ])("%s", (_, change) => {
    const notices: Notice[] = [];
    const read = loadWeights(graph, renamed(change), { onNotice: (notice) => notices.push(notice) });
    expectSame(read.weights, weights);
    expect([read.renewed, read.surplus, notices]).toEqual([[], [], []]);
  });

  it.each(["net.", "backbone.", "model.module.", "_orig_mod.net.", "a.b.c."])(
    "without the prefix %s that all share, and says so where wrappers do not",
    (prefix) => {
      const notices: Notice[] = [];
      const tensors = renamed((name) => `${prefix}${name}`);
      tensors.set("n_averaged", int64([], [3]));
      const read = loadWeights(graph, tensors, { source: "f", onNotice: (notice) => notices.push(notice) });
      expectSame(read.weights, weights);
      const told = prefix === "model.module." ? [] : [{ kind: "prefix", source: "f", prefix }];
      expect(notices).toEqual([...told, { kind: "aside", source: "f", tensors: ["n_averaged"] }]);
    },
  );

  it("but takes off no prefix where the rest does not fit exactly", () => {
    const tensors = renamed((name) => `net.${name}`);
    tensors.set("net.extra", shaped(1));
    expect(mismatch(tensors).missing).toHaveLength(weights.size);
  });

  it("without the prefix that is asked for, and leaves alone what does not begin so", () => {
    const notices: Notice[] = [];
    const tensors = renamed((name) => `encoder_q.${name}`);
    for (const [name, tensor] of weights) tensors.set(`encoder_k.${name}`, tensor);
    const read = loadWeights(graph, tensors, { prefix: "encoder_q.", onNotice: (notice) => notices.push(notice) });
    expectSame(read.weights, weights);
    expect([read.surplus, notices]).toEqual([[], [{ kind: "prefix", source: "weights", prefix: "encoder_q." }]]);
    expect(() => loadWeights(graph, tensors, { prefix: "queue." })).toThrow(
      'prefix: got "queue."; expected one that names of tensors begin with, such as encoder_q.conv1.weight',
    );
  });

  it.each([
    "n_averaged",
    "layer1.0.total_ops",
    "total_params",
    "criterion.weight",
    "val_loss.sum",
    "AuxLogits.fc.weight",
    "aux_classifier.0.weight",
    "aux1.fc.bias",
  ])("and leaves out %s, which no network needs", (name) => {
    const notices: Notice[] = [];
    const read = loadWeights(graph, changed({ [name]: shaped(1) }), { onNotice: (notice) => notices.push(notice) });
    expectSame(read.weights, weights);
    expect([read.surplus, notices]).toEqual([[], [{ kind: "aside", source: "weights", tensors: [name] }]]);
  });

  it("by our names for a network that has Cadene's", () => {
    const legacy = createModel("legacy_seresnet18", { classes: 4, input: [3, 32, 32] });
    expect([...legacy.parameters.keys()]).toContain("last_linear.weight");
    const of = numbered(legacy);
    const familiar = (name: string) =>
      name.replace("layer0.", "").replace("se_module", "se").replace("last_linear", "fc");
    expectSame(loadWeights(legacy, renamed(familiar, of)).weights, of);
  });

  it("by torchvision's names, which the family knows", () => {
    const text = readFileSync(new URL("../../tests/goldens/zoo-names.json", import.meta.url), "utf8");
    const names: Record<string, Record<string, string>> = JSON.parse(text);
    const ours = createModel("regnety_004", { classes: 3, input: [3, 32, 32] });
    const of = numbered(ours);
    const theirs = new Map(Object.entries(names.regnety_004!).map(([their, our]) => [our, their]));
    const tensors = renamed((name) => {
      const [, module, tensor] = /^(.*)\.(\w+)$/.exec(name)!;
      return `${theirs.get(module!)}.${tensor}`;
    }, of);
    expectSame(loadWeights(ours, tensors, { alias: modelEntry("regnety_004").alias }).weights, of);
    expect(() => loadWeights(ours, tensors)).toThrow(WeightsMismatch);
  });

  it("of dense layers for 1×1 convolutions and the other way round", () => {
    const tensors = new Map(
      [...weights].map(([name, tensor]): [string, Tensor] => {
        if (/se\.fc\d\.weight$/.test(name)) return [name, { ...tensor, shape: tensor.shape.slice(0, 2) }];
        return [name, name === "fc.weight" ? { ...tensor, shape: [...tensor.shape, 1, 1] } : tensor];
      }),
    );
    expectSame(loadWeights(graph, tensors).weights, weights);
  });

  it("with PyTorch's counts of batches beside them, which are ignored", () => {
    expectSame(loadWeights(graph, changed({ "bn1.num_batches_tracked": int64([], [7]) })).weights, weights);
  });

  it("of double precision, which it rounds and says so", () => {
    const notices: Notice[] = [];
    const tensors = changed({ "fc.bias": float64([10], Array(10).fill(0.1)) });
    const read = loadWeights(graph, tensors, { onNotice: (notice) => notices.push(notice) });
    expect(read.weights.get("fc.bias")).toEqual(float32([10], Array(10).fill(0.1)));
    expect(notices).toEqual([{ kind: "rounded", tensors: 1, from: "float64", to: "float32" }]);
  });

  it("out of safetensors and ONNX files", () => {
    const stored = openSafetensors(memorySource(writeSafetensors(weights)));
    expectSame(loadWeights(graph, stored).weights, weights);
    const initializers = openInitializers(writeOnnx(graph, weights));
    expect(initializers.entries).toHaveLength(weights.size);
    expectSame(loadWeights(graph, initializers).weights, weights);
  });
});

describe("a file for another number of classes", () => {
  const other = changed({ "fc.weight": shaped(7, 64), "fc.bias": shaped(7) });

  it("gives everything but the last layer, which starts anew by the seed", () => {
    const notices: Notice[] = [];
    const read = loadWeights(graph, other, { seed: 9, onNotice: (notice) => notices.push(notice) });
    expect(read.renewed).toEqual(["fc.weight", "fc.bias"]);
    const anew = initialise(graph, 9);
    expectSame(read.weights, new Map([...weights, ...[...anew].filter(([name]) => name.startsWith("fc."))]));
    expect(notices).toEqual([
      { kind: "renewed", parameter: "fc.weight", file: [7, 64], network: [10, 64] },
      { kind: "renewed", parameter: "fc.bias", file: [7], network: [10] },
    ]);
  });

  it("is refused where no layer may start anew", () => {
    expect(mismatch(other, { renewHead: false }).misshapen).toEqual([
      "fc.weight (got [7,64]; expected [10,64])",
      "fc.bias (got [7]; expected [10])",
    ]);
  });

  it("is refused where the layer takes other features too", () => {
    const tensors = changed({ "fc.weight": shaped(7, 32), "fc.bias": shaped(7) });
    expect(mismatch(tensors).misshapen).toEqual(["fc.weight (got [7,32]; expected [10,64])"]);
  });
});

describe("what does not fit is listed", () => {
  it("in one line with counts, and in full beside", () => {
    const tensors = changed({
      "bn1.bias": undefined,
      "conv1.weight": shaped(16, 3, 5, 5),
      "fc.bias": int64([10], Array(10).fill(1)),
      extra: shaped(1),
      more: shaped(2),
    });
    const error = mismatch(tensors);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      "f does not fit seresnet20 (1 missing: bn1.bias; 2 surplus: extra, more; 2 misshapen: conv1.weight " +
        "(got [16,3,5,5]; expected [16,3,3,3]), fc.bias (got I64 [10]; expected float32 [10])); give weights of this network",
    );
    expect(error.missing).toEqual(["bn1.bias"]);
    expect(error.surplus).toEqual(["extra", "more"]);
    expect(error.misshapen).toEqual([
      "conv1.weight (got [16,3,5,5]; expected [16,3,3,3])",
      "fc.bias (got I64 [10]; expected float32 [10])",
    ]);
  });

  it("with the first names only where there are many", () => {
    const { message, missing } = mismatch(new Map());
    expect(missing).toEqual([...graph.parameters.keys()]);
    expect(message).toContain(`(${missing.length} missing: conv1.weight, bn1.weight, bn1.bias, …)`);
  });

  it("when a parameter has two tensors", () => {
    const twice = changed({ "module.fc.bias": shaped(10) });
    expect(mismatch(twice).surplus).toEqual(["module.fc.bias"]);
  });

  it("when a bias is given as a matrix: only dense layers and 1×1 convolutions are alike", () => {
    expect(mismatch(changed({ "bn1.bias": shaped(16, 1, 1) })).misshapen).toHaveLength(1);
  });

  it("and left out where that is allowed", () => {
    const notices: Notice[] = [];
    const read = loadWeights(graph, changed({ extra: shaped(1) }), {
      allowSurplus: true,
      onNotice: (notice) => notices.push(notice),
    });
    expectSame(read.weights, weights);
    expect(read.surplus).toEqual(["extra"]);
    expect(notices).toEqual([{ kind: "surplus", source: "weights", tensors: ["extra"] }]);
  });
});

describe("weights for images of other channels", () => {
  const first = weights.get("conv1.weight")!;
  const taken = (channels: number, tensors: ReadonlyMap<string, Tensor> = weights) => {
    const notices: Notice[] = [];
    const onNotice = (notice: Notice) => notices.push(notice);
    const { weights } = loadWeights(createModel("seresnet20", { input: [channels, 8, 8] }), tensors, { onNotice });
    return { kernel: weights.get("conv1.weight")!, notices };
  };

  it.each([1, 2, 4, 6])("follow for %i, and say so", (channels) => {
    const { kernel, notices } = taken(channels);
    expect(kernel).toEqual(withKernelChannels(first, channels));
    expect(kernel.shape).toEqual([16, channels, 3, 3]);
    expect(notices).toEqual([{ kind: "channel-kernels", parameters: ["conv1.weight"], from: 3, to: channels }]);
  });

  it("follow from a file of grey ones", () => {
    const grey = withKernelChannels(first, 1);
    const { kernel } = taken(3, changed({ "conv1.weight": grey }));
    expect(kernel).toEqual(withKernelChannels(grey, 3));
  });

  it("are refused where more than the channels differs, or another layer's do", () => {
    const wrong = { "conv1.weight": shaped(16, 1, 5, 5) };
    expect(mismatch(changed(wrong)).misshapen).toEqual(["conv1.weight (got [16,1,5,5]; expected [16,3,3,3])"]);
    const inner = { "layer1.0.conv1.weight": shaped(16, 8, 3, 3) };
    expect(mismatch(changed(inner)).misshapen).toHaveLength(1);
  });
});

const data = process.env.SENET_TEST_DATA;

describe.skipIf(data === undefined)("published files (in SENET_TEST_DATA)", () => {
  const bytesOf = (name: string) => memorySource(new Uint8Array(readFileSync(`${data}/weights/${name}`)));
  const loaded = (model: Graph, listing: ReturnType<typeof openPth>) => loadWeights(model, listing);

  it("a ResNet-20 with option A, by an old PyTorch", () => {
    const listing = openPth(bytesOf("resnet20_cifar10_optionA.th"));
    const { weights } = loaded(createModel("resnet20", { shortcut: "A" }), listing);
    expect(weights.get("fc.bias")!.data[0]).toBeCloseTo(Number(listing.read("linear.bias").data[0]), 12);
    expect(() => loaded(createModel("resnet20"), listing)).toThrow(/\(10 missing: layer2.0.downsample.0.weight, /);
  });

  it("MobileNetV3-Small under timm's names", () => {
    const listing = openSafetensors(bytesOf("tf_mobilenetv3_small_100.safetensors"));
    const { weights, renewed, surplus } = loaded(createModel("tf_mobilenetv3_small_100"), listing);
    expect([weights.size, renewed, surplus]).toEqual([210, [], []]);
  });

  it("MiniFASNet, no network of ours: its tensors are listed, counts of batches too", () => {
    const { entries } = openPth(bytesOf("4_0_0_80x80_MiniFASNetV1SE.pth"));
    expect(entries).toHaveLength(370);
    expect(entries[0]).toMatchObject({ name: "conv1.conv.weight", type: "F32", shape: [32, 3, 3, 3] });
    expect(entries.at(-1)).toMatchObject({ name: "prob.weight", shape: [3, 128] });
    expect(entries.filter(({ type, shape }) => type === "I64" && shape.length === 0).length).toBeGreaterThan(50);
  });
});
