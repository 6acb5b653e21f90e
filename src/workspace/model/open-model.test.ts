import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { writeModel } from "../../graph/node/write-model.js";
import { hasCard, readCard, withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import type { Notice } from "../../notice.js";
import { HubServer } from "../../weights/hub/node/hub-server.test.helper.js";
import { oneCommit, smallFiles, smallWeights } from "../../weights/hub/node/timm-repository.test.helper.js";
import { writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { findModel, findNetwork } from "./find-model.js";
import type { ModelQuery } from "./model-query.js";
import { openModel } from "./open-model.js";

const folder = mkdtempSync(join(tmpdir(), "senet-open-"));
const server = await HubServer.start();
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const at = (path: string) => join(folder, path);
const hub = { endpoint: server.endpoint, token: undefined, cache: at("cache"), offline: false };
const id = "timm/small.in3";
server.repositories.set(id, oneCommit(smallFiles(1)));

const weights = smallWeights(1);
const graph = createModel("seresnet20", { classes: 3 });
const card = { classes: ["cat", "dog", "eel"], mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], provenance: {} };
const network = { classes: 3 };

beforeAll(() => {
  mkdirSync(at("run"));
  writeModel(at("net.onnx"), { graph: withCard(graph, card), weights });
  writeModel(at("run/model.onnx"), { graph: withCard(graph, card), weights });
  writeFileSync(at("w.safetensors"), writeSafetensors(weights));
});
beforeEach(() => {
  server.reset();
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9"); // what the options say counts more
});

describe("openModel", () => {
  it.each<[string, string | ModelQuery, string]>([
    ["a file", at("net.onnx"), at("net.onnx")],
    ["a run's folder", at("run"), at("run/model.onnx")],
    ["a model of the hub", id, "timm/small.in3@1111111"],
    [
      "a name with weights of a file",
      { model: "seresnet20", weights: at("w.safetensors"), network },
      at("w.safetensors"),
    ],
    ["a name with weights of a run", { model: "seresnet20", weights: at("run"), network }, at("run/model.onnx")],
    ["a name with weights of the hub", { model: "seresnet20", weights: id, network }, "timm/small.in3@1111111"],
    ["a file with weights of the hub", { model: at("net.onnx"), weights: id }, "timm/small.in3@1111111"],
  ])("opens %s", async (_, query, origin) => {
    const opened = await openModel(query, { hub });
    expect(opened.weights).toEqual(weights);
    expect(opened.origin).toBe(origin);
    if (!origin.includes("safetensors")) expect(readCard(opened.graph)).toMatchObject({ classes: card.classes });
  });

  it("draws the weights of a name alone by a seed", async () => {
    const opened = await openModel("seresnet20", { seed: 7 });
    expect(opened.weights).toEqual(initialise(createModel("seresnet20"), 7));
    expect(opened.origin).toBe("the first of seed 7");
    expect(hasCard(opened.graph)).toBe(false);
  });

  it("describes a name with weights alone as its published ones", async () => {
    const { graph } = await openModel({ model: "seresnet20", weights: at("w.safetensors"), network });
    expect(readCard(graph)).toMatchObject({ classes: ["0", "1", "2"], provenance: { model: "seresnet20" } });
  });

  it("tells how files of the hub come, and stops with the reason of its signal", async () => {
    const [seen, controller] = [new Set<string>(), new AbortController()];
    const fresh = { ...hub, cache: at("fresh") };
    await openModel(id, { hub: fresh, onProgress: (file) => void seen.add(file) });
    expect([...seen]).toEqual(["config.json", "model.safetensors"]);
    controller.abort();
    const stopped = openModel(id, { hub: { ...hub, cache: at("none") }, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  });

  it("asks nothing of the network where it is offline", async () => {
    await openModel(id, { hub });
    server.reset();
    await openModel(id, { hub: { ...hub, offline: true } });
    expect(server.seen).toEqual([]);
    const none = { ...hub, cache: at("nothing"), offline: true };
    await expect(openModel(id, { hub: none })).rejects.toThrow(`no file ${id} here, and ${id}: it is not in`);
  });
});

describe("findModel", () => {
  it.each([
    [{ classes: 5 }, "classes: got 5 with a file; expected it with a network's name"],
    [{ attention: { kind: "eca", kernel: 3 } as const }, "attention: got eca:kernel=3 with a file"],
    [{ shortcut: "A" as const }, "shortcut: got A with a file"],
    [{ aux: true }, "aux: got it with a file"],
  ])("refuses %j for a file, whose network is what it is", async (options, message) => {
    await expect(findModel({ model: at("net.onnx"), network: options })).rejects.toThrow(message);
  });

  it("takes for granted what every network has", async () => {
    const found = await findModel({ model: at("net.onnx"), network: { shortcut: "projection", aux: false } });
    expect(found).toMatchObject({ source: "file", renewed: [] });
  });

  it("starts the last layer anew for other classes, and says so", async () => {
    const notices: Notice[] = [];
    const onNotice = (notice: Notice) => void notices.push(notice);
    const named = await findModel(
      { model: "seresnet20", weights: at("w.safetensors") },
      { classes: 4, renewHead: true, onNotice },
    );
    const file = await findModel({ model: at("net.onnx") }, { classes: 4, renewHead: true });
    for (const { graph, renewed } of [named, file]) {
      expect(renewed).toEqual(["fc.weight", "fc.bias"]);
      expect(graph.outputs[0]!.shape.at(-1)).toBe(4);
    }
    expect(notices).toEqual([
      { kind: "renewed", parameter: "fc.weight", file: [3, 64], network: [4, 64] },
      { kind: "renewed", parameter: "fc.bias", file: [3], network: [4] },
    ]);
  });

  it("finds a network of the hub without its weights", async () => {
    await findNetwork({ model: id }, { hub: { ...hub, cache: at("bare") } });
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });
});
