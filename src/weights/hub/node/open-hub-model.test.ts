import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Graph } from "../../../graph/graph.js";
import type { Tensor } from "../../../graph/tensor.js";
import { readCard } from "../../../models/card/model-card.js";
import { createModel } from "../../../models/index.js";
import type { Notice } from "../../../notice.js";
import { writeSafetensors } from "../../safetensors/safetensors.js";
import { HubServer } from "./hub-server.test.helper.js";
import { type OpenHubModelOptions, openHubModel, openHubNetwork, openHubWeights } from "./open-hub-model.js";
import {
  firstCommit,
  jsonBytes,
  oneCommit,
  smallConfig,
  smallFiles,
  smallWeights,
} from "./timm-repository.test.helper.js";

const cache = mkdtempSync(join(tmpdir(), "senet-open-hub-"));
const server = await HubServer.start();
afterAll(() => {
  server.stop();
  rmSync(cache, { recursive: true, force: true });
});
beforeEach(() => server.reset());

let notices: Notice[] = [];
function open(id: string, more: OpenHubModelOptions = {}) {
  notices = [];
  const settings = { endpoint: server.endpoint, token: undefined, cache, offline: false };
  return openHubModel(id, { settings, onNotice: (notice) => notices.push(notice), pause: 5, ...more });
}
const offer = (name: string, files: Record<string, Uint8Array>) => server.repositories.set(name, oneCommit(files));

/** The tensors that differ. */
function unlike(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): string[] {
  const same = (name: string) =>
    Buffer.compare(Buffer.from(a.get(name)!.data.buffer), Buffer.from(b.get(name)!.data.buffer)) === 0;
  expect([...a.keys()].sort()).toEqual([...b.keys()].sort());
  return [...a.keys()].filter((name) => !same(name));
}

describe("openHubModel", () => {
  it("gives the published network, weights and card", async () => {
    offer("timm/small.in3", smallFiles(1));
    const { graph, weights, card, preprocessing, name, label } = await open("hf-hub:timm/small.in3");
    expect(unlike(weights, smallWeights(1))).toEqual([]);
    expect([name, label, notices]).toEqual(["seresnet20", "timm/small.in3@1111111", []]);
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, 32, 32]);
    expect(graph.outputs[0]!.shape).toEqual(["N", 3]);
    const normal = { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] };
    expect(preprocessing).toEqual({ ...{ height: 32, width: 32, resize: 35, interpolation: "bicubic" }, ...normal });
    expect(readCard(graph)).toEqual(card);
    expect(card).toEqual({
      ...{ classes: ["cat", "dog", "eel"], resize: 35, interpolation: "bicubic", ...normal },
      provenance: { model: "seresnet20", hub: "timm/small.in3", commit: firstCommit, license: "apache-2.0" },
    });
  });

  it("gives it for images of another size, with the crop of that size", async () => {
    offer("timm/small.in3", smallFiles(1));
    const tested = await open("timm/small.in3", { model: { input: [3, 48, 48] } });
    expect(tested.graph.inputs[0]!.shape).toEqual(["N", 3, 48, 48]);
    expect(tested.preprocessing).toMatchObject({ height: 48, width: 48, resize: 48 });
    const grey = await open("timm/small.in3", { channels: 1 });
    expect([grey.graph.inputs[0]!.shape, grey.weights.get("conv1.weight")!.shape]).toEqual([
      ["N", 1, 32, 32],
      [16, 1, 3, 3],
    ]);
    expect(grey.preprocessing).toMatchObject({ mean: [expect.closeTo(0.2, 12)], std: [0.5] });
    expect(notices).toContainEqual({ kind: "channel-kernels", parameters: ["conv1.weight"], from: 3, to: 1 });
  });

  it("starts the last layer anew for other classes, if asked to", async () => {
    offer("timm/small.in3", smallFiles(1));
    const { weights, card } = await open("timm/small.in3", { model: { classes: 2 }, renewHead: true, seed: 5 });
    expect(weights.get("fc.weight")!.shape).toEqual([2, 64]);
    expect(card.classes).toEqual(["0", "1"]);
    expect(notices).toContainEqual({ kind: "renewed", parameter: "fc.weight", file: [3, 64], network: [2, 64] });
    await expect(open("timm/small.in3", { model: { classes: 2 } })).rejects.toThrow(
      "timm/small.in3@1111111/model.safetensors does not fit seresnet20 (2 misshapen:",
    );
  });

  it("numbers the classes of a file that does not name them", async () => {
    const { label_names: _, ...unnamed } = smallConfig;
    offer("timm/unnamed", smallFiles(1, unnamed));
    expect((await open("timm/unnamed")).card.classes).toEqual(["0", "1", "2"]);
  });

  it("reads weights in several files", async () => {
    const all = [...smallWeights(3)];
    const halves = [new Map(all.slice(0, 60)), new Map(all.slice(60))];
    const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const weight_map = Object.fromEntries(halves.flatMap((half, i) => [...half.keys()].map((key) => [key, names[i]])));
    const files = {
      "config.json": jsonBytes(smallConfig),
      "model.safetensors.index.json": jsonBytes({ metadata: {}, weight_map }),
      [names[0]!]: writeSafetensors(halves[0]!),
      [names[1]!]: writeSafetensors(halves[1]!),
    };
    offer("timm/shards", files);
    expect(unlike((await open("timm/shards")).weights, smallWeights(3))).toEqual([]);

    const { [names[1]!]: __, ...cut } = files;
    offer("timm/cut", cut);
    await expect(open("timm/cut")).rejects.toThrow(`timm/cut@1111111: has no ${names[1]}`);
    const weights = (file: string) => jsonBytes({ weight_map: { "fc.weight": file } });
    for (const [i, stray] of ["../../../../x.safetensors", "/etc/x.safetensors", "x?y=.safetensors"].entries()) {
      offer(`timm/stray${i}`, { ...cut, "model.safetensors.index.json": weights(stray) });
      await expect(open(`timm/stray${i}`)).rejects.toThrow(
        `got tensors in "${stray}"; expected a .safetensors file in the same`,
      );
    }
  });

  it("says what does not fit", async () => {
    const { "model.safetensors": weights, ...rest } = smallFiles(1);
    offer("timm/other", {
      ...rest,
      "config.json": jsonBytes({ ...smallConfig, architecture: "seresnet32" }),
      "model.safetensors": weights!,
    });
    await expect(open("timm/other")).rejects.toThrow("timm/other@1111111/model.safetensors does not fit seresnet32 (");
    offer("timm/cut-short", { ...rest, "model.safetensors": weights!.subarray(0, 100_000) });
    await expect(open("timm/cut-short")).rejects.toThrow(/model.safetensors: .*give the whole file/);
  });
});

describe("openHubNetwork", () => {
  it("fetches the config alone", async () => {
    offer("timm/alone", smallFiles(1));
    const settings = { endpoint: server.endpoint, token: undefined, cache, offline: false };
    expect((await openHubNetwork("timm/alone", { settings })).graph.name).toBe("seresnet20");
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });
});

const data = process.env.SENET_TEST_DATA ?? "";
const published = join(data, "weights/tf_mobilenetv3_small_100.safetensors");

describe.skipIf(!existsSync(published))("a published checkpoint (in the folder of SENET_TEST_DATA)", () => {
  it("is opened by timm's name with timm's preprocessing", async () => {
    const pretrained_cfg = {
      ...{ input_size: [3, 224, 224], crop_pct: 0.875, interpolation: "bilinear", crop_mode: "center" },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], first_conv: "conv_stem", classifier: "classifier" },
    };
    const config = { architecture: "tf_mobilenetv3_small_100", num_classes: 1000, pretrained_cfg };
    offer("timm/tf_mobilenetv3_small_100.in1k", {
      "config.json": jsonBytes(config),
      "model.safetensors": readFileSync(published),
    });
    const { weights, preprocessing, graph } = await open("timm/tf_mobilenetv3_small_100.in1k");
    expect(weights.size).toBe(graph.parameters.size);
    expect(preprocessing).toMatchObject({ height: 224, resize: 256, interpolation: "bilinear", mean: [0.5, 0.5, 0.5] });
    expect(notices).toEqual([]);
  });
});

describe("openHubWeights", () => {
  const settings = { endpoint: server.endpoint, token: undefined, cache, offline: false };
  const published = (graph: Graph, more: OpenHubModelOptions = {}) =>
    openHubWeights("timm/small.in3", graph, { settings, ...more });

  it("gives published weights to a network that is here, with the card for its images", async () => {
    offer("timm/small.in3", smallFiles(1));
    const graph = createModel("seresnet20", { classes: 3, input: [3, 48, 48] });
    const { weights, renewed, metadata, label } = await published(graph);
    expect(unlike(weights, smallWeights(1))).toEqual([]);
    expect([renewed, label]).toEqual([[], "timm/small.in3@1111111"]);
    expect(readCard({ ...graph, metadata })).toMatchObject({ resize: 48, classes: ["cat", "dog", "eel"] });
    const other = await published(createModel("seresnet20", { classes: 2 }), { renewHead: true });
    expect(other.renewed).toEqual(["fc.weight", "fc.bias"]);
  });

  it("refuses other networks before it fetches weights", async () => {
    offer("timm/small.in3", smallFiles(2));
    server.reset();
    await expect(published(createModel("seresnet20"))).rejects.toThrow(
      "timm/small.in3@1111111, a seresnet20, does not fit seresnet20 (2 misshapen: fc.weight (got [3,64]; expected [10,64])",
    );
    await expect(published(createModel("resnet20", { classes: 3 }))).rejects.toThrow(
      "a seresnet20, does not fit resnet20",
    );
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });
});
