import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bindDims } from "../../clean/replay.js";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { createModel } from "../../models/index.js";
import { runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => runSenet(folder, "bench", "infer", ...line.split(" "));

beforeAll(() => {
  const graph = createModel("seresnet20");
  const weights = initialise(graph, 1);
  writeFileSync(join(folder, "se.onnx"), writeOnnx(graph, weights));
  writeFileSync(join(folder, "pair.onnx"), writeOnnx(bindDims(graph, { N: 2 }), weights));
});

describe("senet bench infer", () => {
  it("says what one network takes and how long", async () => {
    const { code, stdout, stderr } = await senet("--model resnet20 --batch 4 --rounds 3 --threads 1 --json");
    expect([code, stderr]).toEqual([0, ""]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      name: "resnet20",
      params: 272_474,
      macs: 40_813_184,
      batch: 4,
      threads: 1,
      ratio: 1,
    });
    expect(result.minMs).toBeGreaterThan(0);
    expect(result.medianMs).toBeGreaterThanOrEqual(result.minMs);
    expect(result.msPerImage).toBe(result.medianMs / 4);
  });

  it("times networks and files in turn", async () => {
    const { stdout } = await senet("--model seresnet20,se.onnx,pair.onnx --batch 2 --rounds 2 --json");
    const results: Record<string, unknown>[] = JSON.parse(stdout);
    expect(results.map(({ name }) => name)).toEqual(["seresnet20", "se.onnx", "pair.onnx"]);
    expect(new Set(results.map(({ macs }) => macs)).size).toBe(1);
    expect(results.every(({ ratio }) => Number(ratio) > 0)).toBe(true);
    const table = await senet("--model resnet20,seresnet20 --rounds 1");
    expect(table.stdout).toMatch(/^model +median ms .*ratio to the first\nresnet20 .* 1\.000\nseresnet20 /);
  });

  it.each([
    ["--model resnet21", 'unknown model "resnet21"'],
    ["--model gone.onnx", "cannot read gone.onnx (ENOENT"],
    ["--model pair.onnx --batch 4", "pair.onnx: got batch 4; expected 2, the only batch size the file takes"],
    ["--model se.onnx --input 1x64x64", "se.onnx: got images 1x64x64; expected 3x64x64, as the file says (--input)"],
    ["--model resnet20 --rounds 0", "--rounds: got 0; expected a whole number from 1"],
  ])("refuses %s in one line", async (line, message) => {
    const { code, stdout, stderr } = await senet(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
