import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOnnx } from "../graph/onnx-write.js";
import { smallNet, weightsOf } from "../transform/stepping.test.helper.js";
import { readSafetensors } from "../weights/safetensors.js";

const program = fileURLToPath(new URL("./index.js", import.meta.url));
const example = fileURLToPath(new URL("../../examples/04-exported-training-step.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "senet-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script in the folder of the tests; arguments are split at blanks. */
async function node(script: string, line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const output = await promisify(execFile)(process.execPath, [script, ...line.split(" ")], { cwd: folder });
    return { code: 0, ...output };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const net = smallNet();
const weights = weightsOf(net);
beforeAll(() => writeFileSync(join(folder, "net.onnx"), writeOnnx(net, weights)));

describe("senet export --training", () => {
  it("writes a step of a file that plain ONNX Runtime trains with, from the file's own weights", async () => {
    const made = await node(
      program,
      "export --training --model net.onnx --out step --batch 6 --opt adamw --clip-grad 1 --grad-accum-steps 2 " +
        "--model-ema --mixed-labels --cycle-momentum --smoothing 0.1 --freeze conv1.* /bn1/ --freeze-bn",
    );
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(
      /^step: \d+ nodes, \d+ state tensors, 5 tensors kept as they are; see step\/README\.md\n$/,
    );
    expect(readdirSync(join(folder, "step")).toSorted()).toEqual(["README.md", "state.safetensors", "step.onnx"]);
    const { tensors } = readSafetensors(readFileSync(join(folder, "step", "state.safetensors")));
    expect(tensors.get("fc.weight")!.data).toEqual(weights.get("fc.weight")!.data);

    const trained = await node(example, "step");
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    const [first, last] = [...trained.stdout.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    expect(last).toBeLessThan(0.9 * first!);
  });

  it("writes the step of a network by name, smaller if asked", async () => {
    const line = "export --training --model seresnet20 --input 3x8x8 --classes 4 --batch 2 --out named --seed 3";
    expect(await node(program, line)).toMatchObject({ code: 0, stderr: "" });
    const { tensors } = readSafetensors(readFileSync(join(folder, "named", "state.safetensors")));
    expect(tensors.get("fc.weight")!.shape).toEqual([4, 64]);
    expect((await node(example, "named")).code).toBe(0);
  });

  it.each([
    ["--model net.onnx --out x", "senet export: got no --training; give it to export the training step"],
    ["--training --model gone.onnx --out x", "cannot read gone.onnx (ENOENT"],
    ["--training --model seresnet21 --out x", 'unknown model "seresnet21"'],
    ["--training --model net.onnx --out .", "--out: . already holds "],
    ["--training --model net.onnx --out x --freeze head.*", 'got pattern "head.*", which fits no parameter; expected'],
    ["--training --model net.onnx --out x --clip-grad 0", "training step: got clip 0; expected a number above 0"],
    ["--training --model net.onnx --out x --opt-betas 0.9", '--opt-betas: got "0.9"; expected two numbers'],
    ["--training --model seresnet20 --out x --input 32", '--input: got "32"; expected channels x height x width'],
  ])("refuses %s in one line, writing nothing", async (line, message) => {
    const { code, stdout, stderr } = await node(program, `export ${line}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: .*\n$/);
    expect(stderr).toContain(message);
    expect(readdirSync(folder)).not.toContain("x");
  });
});
