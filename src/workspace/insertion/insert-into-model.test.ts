import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readModel } from "../../graph/node/read-model.js";
import { writeModel } from "../../graph/node/write-model.js";
import { createModel } from "../../models/index.js";
import type { Notice } from "../../notice.js";
import { insertIntoModel } from "./insert-into-model.js";
import { writeInsertionPage } from "./insertion-page.js";
import { writeLike } from "./write-like.js";

const folder = mkdtempSync(join(tmpdir(), "senet-insertion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (path: string) => join(folder, path);
const graph = createModel("resnet20", { classes: 3, input: [3, 16, 16] });
const weights = initialise(graph, 1);
const attention = { kind: "se", reduction: 4 } as const;
beforeAll(() => writeModel(at("net.onnx"), { graph, weights }, { opset: 17, split: true }));

describe("insertIntoModel", () => {
  it("puts blocks into a file, which is written as the other one was", async () => {
    const { source, inserted, model } = await insertIntoModel(at("net.onnx"), { attention, seed: 2 });
    expect(inserted.sites).toHaveLength(9);
    expect(source).toMatchObject({ opset: 17, split: true, half: false, open: undefined });
    expect(model!.weights.get("conv1.weight")).toEqual(weights.get("conv1.weight"));
    const notices: Notice[] = [];
    writeLike(source, at("se.onnx"), model!, { onNotice: (notice) => notices.push(notice) });
    expect([notices, existsSync(at("se.onnx.data"))]).toEqual([[], true]);
    expect(readModel(at("se.onnx")).weights).toEqual(model!.weights);
    writeInsertionPage(at("page.html"), { path: "net.onnx", source: graph, inserted, attention, start: "identity" });
    expect(readFileSync(at("page.html"), "utf8")).toContain("SE in net.onnx");
  });

  it("says what is different where the other opset is none that is written", async () => {
    const { source, model } = await insertIntoModel(at("net.onnx"), { attention });
    const notices: Notice[] = [];
    const write = (opset: number) =>
      writeLike({ ...source, opset, half: true }, at(`${opset}.onnx`), model!, {
        onNotice: (notice) => notices.push(notice),
      });
    write(9);
    expect(notices).toEqual([
      { kind: "widened-weights" },
      { kind: "other-opset", file: 9, written: 13, needed: false, writable: [13, 21] },
    ]);
    const { message } = (() => {
      try {
        writeLike(source, at("no.onnx"), model!, { opset: 12 });
      } catch (error) {
        return error as Error;
      }
      return expect.fail("wrote opset 12");
    })();
    expect(message).toMatch(/^opset: got opset 12; expected a whole number from 13 to 21/);
  });

  it("draws no weights where the network alone is asked for", async () => {
    const { source, inserted, model } = await insertIntoModel("resnet20", { attention, bare: true });
    expect([source.model.weights.size, inserted.sites.length, model]).toEqual([0, 9, undefined]);
  });

  it("names the model in what is wrong", async () => {
    const stray = insertIntoModel(at("net.onnx"), { attention, at: ["nowhere"] });
    await expect(stray).rejects.toThrow(/net\.onnx: .*nowhere/);
  });
});
