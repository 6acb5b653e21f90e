import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-bench-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => runSenet(folder, "bench", "train", ...line.split(" "));
const small = "--model seresnet20 --batch 2 --input 3x16x16 --steps 2 --threads 1";

describe("senet bench train --profile", () => {
  it("says where the time goes, by operator and by layer, in 80 columns", async () => {
    const { code, stdout, stderr } = await senet(`${small} --profile`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^operator +nodes +forw\. +backw\. +update +ms +% +MB +GB\/s$/m);
    expect(stdout).toMatch(/^layer +nodes/m);
    expect(stdout).toMatch(/^Conv +\d+/m);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("gives every layer as JSON, in parts that add up", async () => {
    const { stdout } = await senet(`${small} --profile --json`);
    const { milliseconds, layers, operators } = JSON.parse(stdout);
    const sum = (shares: { milliseconds: number }[]) => shares.reduce((total, share) => total + share.milliseconds, 0);
    expect(sum(layers)).toBeCloseTo(sum(operators), 6);
    expect(sum(operators)).toBeLessThanOrEqual(milliseconds);
    const conv = layers.find(({ name }: { name: string }) => name === "layer2.0.conv1");
    expect(conv.forward + conv.backward + conv.update).toBeCloseTo(conv.milliseconds, 6);
    expect([conv.forward > 0, conv.backward > 0, conv.update > 0]).toEqual([true, true, true]);
  });
});

describe("senet bench train --recompute", () => {
  it("times a step that computes again", async () => {
    const { code, stdout } = await senet(`${small} --recompute --json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: "seresnet20", steps: 2 });
    expect(JSON.parse(stdout).peakMegabytes).toBeGreaterThan(50);
  });
});

describe("senet bench train --tune", () => {
  it("measures once, keeps the table in a file, and times the step both ways in turn", async () => {
    const first = await senet(`${small} --tune table.json`);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(
      /^measured the algorithms of (\d+) of \1 gradients in \d+:\d\d, kept in table\.json\n$/,
    );
    expect(first.stdout).toMatch(/^gradient of a convolution +kernel +by rule +ms/m);
    expect(first.stdout).toMatch(/^A training step by rule [\d.]+ ms, as measured [\d.]+ ms: ratio \d\.\d{3}/m);
    expect(first.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const kept = readFileSync(join(folder, "table.json"), "utf8");
    const { code, stdout, stderr } = await senet(`${small} --tune table.json --json`);
    expect([code, stderr]).toEqual([0, ""]);
    const { algorithms, ratio, milliseconds } = JSON.parse(stdout);
    expect(Object.keys(JSON.parse(kept).milliseconds).toSorted()).toEqual(
      algorithms.map(({ task }: { task: string }) => task).toSorted(),
    );
    expect([milliseconds.byRule.length, milliseconds.measured.length, ratio > 0]).toEqual([2, 2, true]);
    expect(readFileSync(join(folder, "table.json"), "utf8")).toBe(kept);
  });

  it("keeps it in the cache without a file", async () => {
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
    const { code, stderr } = await senet(`${small} --tune`).finally(() => vi.unstubAllEnvs());
    expect([code, stderr]).toEqual([0, expect.stringContaining(join(folder, "cache", "senet", "algorithms"))]);
  });

  it("refuses what is no table, and a table of another machine that lacks something, in one line", async () => {
    const table = JSON.parse(readFileSync(join(folder, "table.json"), "utf8"));
    writeFileSync(join(folder, "odd.json"), "[1");
    writeFileSync(join(folder, "empty.json"), JSON.stringify({ ...table, milliseconds: { task: {} } }));
    writeFileSync(join(folder, "foreign.json"), JSON.stringify({ ...table, cpu: "Z80", milliseconds: {} }));
    writeFileSync(join(folder, "wide.json"), JSON.stringify({ ...table, channelBlock: 1024 }));
    const odd = await senet(`${small} --tune odd.json`);
    expect([odd.code, odd.stderr]).toEqual([
      2,
      expect.stringMatching(/^senet: --tune: got odd\.json, which is no table[^\n]+\n$/),
    ]);
    const empty = await senet(`${small} --tune empty.json`);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining("empty.json, which is no table")]);
    const foreign = await senet(`${small} --tune foreign.json`);
    expect([foreign.code, foreign.stderr]).toEqual([
      2,
      expect.stringMatching(/^senet: --tune: [^\n]*Z80[^\n]*without \d+ of[^\n]*\n$/),
    ]);
    const wide = await senet(`${small} --tune wide.json`);
    expect([wide.code, wide.stderr]).toEqual([
      2,
      expect.stringMatching(/^senet: --tune: [^\n]*blocks of 1024[^\n]*\n$/),
    ]);
    writeFileSync(join(folder, "whole.json"), JSON.stringify({ ...table, cpu: "Z80" }));
    const whole = await senet(`${small} --tune whole.json`);
    expect([whole.code, whole.stderr]).toEqual([0, expect.stringMatching(/Z80[^\n]*; it is used as it is\n$/)]);
  });
});
