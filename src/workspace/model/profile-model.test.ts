import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { writeModel } from "../../graph/node/write-model.js";
import { createModel } from "../../models/index.js";
import { profileModel } from "./profile-model.js";

const folder = mkdtempSync(join(tmpdir(), "senet-profile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "net.onnx");

describe("profileModel", () => {
  it("counts a network by name and its file alike, with the share of attention", async () => {
    const graph = createModel("seresnet20");
    writeModel(file, { graph, weights: initialise(graph, 1) });
    const [named, plain] = [await profileModel("seresnet20"), await profileModel("resnet20")];
    const { params, macs, input, attention } = await profileModel(file);
    expect([params, macs, input]).toEqual([named.params, named.macs, [3, 32, 32]]);
    expect(named.attention).toEqual({ params: params - plain.params, macs: macs - plain.macs });
    expect(attention.params).toBe(named.attention.params);
  });

  it("counts it for other images and another block", async () => {
    const network = { classes: 100, attention: { kind: "eca", kernel: 3 } as const };
    const { params, attention, input } = await profileModel({ model: "resnet20", network }, { image: [3, 64, 64] });
    expect(input).toEqual([3, 64, 64]);
    expect(attention.params).toBe(9 * 3);
    expect(params).toBe((await profileModel("resnet20")).params + 90 * 65 + 9 * 3);
  });

  it("refuses what a file does not take", async () => {
    await expect(profileModel(file, { image: [1, 64, 64] })).rejects.toThrow("input: got 1x64x64; expected 3x64x64");
    await expect(profileModel({ model: file, network: { classes: 5 } })).rejects.toThrow("classes: got 5 with a file");
    await expect(profileModel(join(folder, "none.onnx"))).rejects.toThrow("none.onnx");
  });
});
