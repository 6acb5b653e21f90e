import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { noAugmentation } from "../../data/augment/augmentation.js";
import { defaultRecipe } from "../../train/recipe.js";
import { openRun, startRun } from "./open-run.js";
import { readRunConfig } from "./run-config.js";

const folder = mkdtempSync(join(tmpdir(), "senet-run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (path: string) => join(folder, path);
const recipe = { ...defaultRecipe, epochs: 3, augment: noAugmentation };
const config = { kind: "train", command: "make it so", flags: { epochs: 3, data: "glyphs" } };
const facts = { model: "resnet20", data: "glyphs", seed: 1, recipe };

describe("startRun", () => {
  it("writes what the run is, from which it can go on", async () => {
    const run = await startRun(at("deep/first"), { config, facts });
    run.close();
    expect(await readRunConfig(at("deep/first"))).toEqual({ ...config, recipe });
    const text = JSON.parse(readFileSync(at("deep/first/config.json"), "utf8")) as object;
    expect(Object.keys(text)).toEqual(["kind", "command", "model", "data", "seed", "recipe", "flags", "environment"]);
  });

  it("keeps files whole, makes the folders in their names and adds lines", async () => {
    const run = await startRun(at("kept"), { config, facts });
    await run.write("models/a.onnx", "a");
    for (const n of [1, 2]) await run.log("metrics.jsonl", { n });
    run.close();
    expect(readFileSync(at("kept/models/a.onnx"), "utf8")).toBe("a");
    expect(readFileSync(at("kept/metrics.jsonl"), "utf8")).toBe('{"n":1}\n{"n":2}\n');
  });

  it("overwrites nothing", async () => {
    const goOn = "the command for it";
    await expect(startRun(at("kept"), { config, facts, goOn })).rejects.toThrow(
      /^out: .*kept already holds .*; choose a new folder, or go on with the command for it$/,
    );
    mkdirSync(at("held"));
    writeFileSync(at("held/notes.txt"), "mine");
    await expect(startRun(at("held"), { config, facts })).rejects.toThrow("held already holds notes.txt; choose a new");
    await expect(startRun(at("held/notes.txt"), { config, facts })).rejects.toThrow("out: cannot write to");
  });
});

describe("openRun", () => {
  it.skipIf(!existsSync("/proc/self/stat"))("keeps others out until it is closed", async () => {
    const run = openRun(at("kept"));
    expect(() => openRun(at("kept"))).toThrow(`resume: got ${at("kept")}, in which process ${process.pid} is at work`);
    run.close();
    expect(existsSync(at("kept/lock"))).toBe(false);
    writeFileSync(at("kept/lock"), `1 ${hostname()} 0`); // of a process that is gone
    openRun(at("kept")).close();
  });

  it("says how the run goes on where something cannot be written", async () => {
    mkdirSync(at("gone"));
    const run = openRun(at("gone"), { goOn: "the command for it" });
    rmSync(at("gone"), { recursive: true });
    await expect(run.write("last.onnx", "x")).rejects.toThrow(
      /^cannot write .*gone\/last.onnx \(ENOENT.*; put the folder back, then go on with: the command for it$/,
    );
  });
});

describe("readRunConfig", () => {
  it("says where there is no run", async () => {
    await expect(readRunConfig(at("held"))).rejects.toThrow(
      /^resume: got .*held, which holds no run \(no config.json\)/,
    );
    mkdirSync(at("other"));
    for (const text of ["{", '{"kind": "train"}']) {
      writeFileSync(at("other/config.json"), text);
      await expect(readRunConfig(at("other"))).rejects.toThrow("whose config.json is not of a run");
    }
  });
});
