import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { finished, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-bench-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => finished(startSenet(folder, "bench", "train", ...line.split(" ")));
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
