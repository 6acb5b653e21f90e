import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { createModel } from "../../models/index.js";
import { runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-profile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string) => runSenet(folder, ...line.split(" "));

async function json(line: string) {
  const { code, stdout, stderr } = await senet(`${line} --json`);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("senet models", () => {
  it("lists a family with its counts", async () => {
    const rows = await json("models --family senet154");
    const counts = rows.map(({ name, params, macs }: Record<string, unknown>) => [name, params, macs]);
    expect(counts).toContainEqual(["senet154", 115_088_984, 20_688_363_520]);
    expect(counts).toHaveLength(4);
  });

  it("says which families there are", async () => {
    const { code, stderr } = await senet("models --family resnets");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^senet: --family: got "resnets"; expected one of resnet, legacy, /);
  });
});

describe("senet profile", () => {
  it("counts a network by name, whole and the share of its attention", async () => {
    expect(await json("profile seresnet50")).toMatchObject({
      name: "seresnet50",
      input: [3, 224, 224],
      params: 28_088_024,
      macs: 4_091_699_200,
      attention: { params: 2_530_992, macs: 2_514_944 },
    });
  });

  it("takes another attention and another input", async () => {
    const { params, input } = await json(
      "profile legacy_resnet50 --attention se:bias=false,stages=2-4 --input 3x160x96",
    );
    expect([params, input]).toEqual([26_499_112, [3, 160, 96]]);
  });

  it("finds the attention blocks of a file by their form", async () => {
    const graph = createModel("seresnet20");
    writeFileSync(join(folder, "seresnet20.onnx"), writeOnnx(graph, initialise(graph, 1)));
    const [{ file: said, ...file }, zoo] = [await json("profile seresnet20.onnx"), await json("profile seresnet20")];
    expect({ ...file, name: "seresnet20" }).toEqual(zoo);
    expect(said.outputs.map(({ name }: { name: string }) => name)).toEqual(["logits"]);
    expect(file.attention).toEqual({ params: 2373, macs: 2016 });
  });

  it("has a line for every layer, and they add up", async () => {
    const { layers, params, macs } = await json("profile seresnet20 --by-layer");
    const sum = (key: string) =>
      layers.reduce((total: number, layer: Record<string, number>) => total + layer[key]!, 0);
    expect([sum("params"), sum("macs")]).toEqual([params, macs]);
  });

  it("fits 80 columns, whatever layers are called", async () => {
    const { stdout } = await senet("profile se_shake_shake_26_2x96d --by-layer");
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBe(80);
    const layers = lines.slice(1).map((line) => line.split(" ")[0]!);
    expect(layers.filter((name) => name.includes("…")).length).toBeGreaterThan(0);
    const named = layers.slice(0, layers.lastIndexOf("se_shake_shake_26_2x96d,"));
    expect(new Set(named).size).toBe(named.length);
  });

  it("shows the paper's tables beside our counts, within what it counts besides", async () => {
    const rows: { network: string; plain: { macs: number }; paper: { macs: number[] } }[] =
      await json("profile --paper");
    expect(rows).toHaveLength(10);
    const far = rows.filter(({ plain, paper }) => Math.abs(plain.macs / paper.macs[0]! - 1) > 0.02);
    expect(far.map(({ network }) => network)).toEqual(["Inception-ResNet-v2"]);
  });

  it.each([
    ["profile", "got no network; expected a name, an .onnx file, a run, a hub id or --paper"],
    ["profile resnet50 --paper", 'got both "resnet50" and --paper; expected one of them'],
    ["profile inception_v3 --input 3x32x32", "inception_v3: got input 3x32x32; expected 3x75x75 or more"],
    ["profile none.onnx", "cannot read none.onnx (ENOENT: no such file or directory"],
    ["profile resnet50 --attention sf", 'unknown attention "sf"; expected one of none, se, eca,'],
    ["profile resnet50 --classes many", '--classes: got "many"; expected a whole number from 1'],
    ["profile seresnet20.onnx --input 1x64x64", "--input: got 1x64x64; expected 3x64x64, as the file says"],
  ])("%s is refused in one line", async (line, message) => {
    const { code, stdout, stderr } = await senet(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`senet: ${message}`);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
