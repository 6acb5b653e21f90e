import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { toNumbers } from "../../graph/tensor.js";
import { readCard, withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { smallNet, weightsOf } from "../../step/stepping.test.helper.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { readSafetensors } from "../../weights/safetensors/safetensors.js";
import { runSenet } from "../run-senet.test.helper.js";

const example = fileURLToPath(new URL("../../../examples/04-exported-training-step.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "senet-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string) => runSenet(folder, ...line.split(" "));

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
const card = {
  classes: ["a", "b", "c", "d"],
  mean: [0.1, 0.2, 0.3],
  std: [1, 2, 3],
  provenance: { model: "seresnet20" },
};
beforeAll(() => {
  writeFileSync(join(folder, "net.onnx"), writeOnnx(net, weights));
  for (const name of ["run", "empty"]) mkdirSync(join(folder, name));
  const trained = createModel("seresnet20", { classes: 4, input: [3, 8, 8] });
  writeFileSync(join(folder, "run/best.onnx"), writeOnnx(withCard(trained, card), initialise(trained, 5)));
});

describe("senet export", () => {
  it.each([
    ["a run's folder", "run"],
    ["a file", "run/best.onnx"],
    ["a name with the weights of a file", "seresnet20 --classes 4 --input 3x8x8 --weights run/best.onnx"],
  ])("writes %s as one file of an older opset with its card, for any batch", async (_, line) => {
    const out = `exported-${line.length}.onnx`;
    expect(await senet(`export ${line} --opset 17 -o ${out}`)).toMatchObject({ code: 0, stderr: "" });
    const bytes = readFileSync(join(folder, out));
    const { graph } = readOnnx(bytes);
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, 8, 8]);
    expect(readCard(graph)).toEqual(card);
    const runtime = nodeRuntime({ threads: 1 });
    for (const batch of [1, 3]) {
      const feeds = { x: randomTensor([batch, 3, 8, 8], 1) };
      const logits = await Promise.all(
        [bytes, readFileSync(join(folder, "run/best.onnx"))].map(async (file) =>
          toNumbers((await (await runtime.open(file)).run(feeds)).logits!),
        ),
      );
      expect(logits[0]).toHaveLength(4 * batch);
      for (const [i, logit] of logits[1]!.entries()) expect(logits[0]![i]).toBeCloseTo(logit, 4);
    }
    await runtime.close();
  });

  it("gives a network another attention block", async () => {
    const line = "export seresnet20 --attention eca:kernel=3,stages=3 --classes 7 --seed 2 -o eca.onnx";
    const { code, stdout } = await senet(line);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^eca\.onnx: x \[N, 3, 32, 32\] to logits \[N, 7\], [\d,]+ parameters\nweights: the first of/,
      ),
    ]);
    const { weights } = readOnnx(readFileSync(join(folder, "eca.onnx")));
    const blocks = [...weights.keys()].filter((name) => name.includes(".se."));
    expect(blocks).toEqual(["layer2.0", "layer2.1", "layer2.2"].map((unit) => `${unit}.se.conv.weight`));
  });
});

describe("senet export --training", () => {
  it("writes a step of a file that plain ONNX Runtime trains with, from the file's own weights", async () => {
    const made = await senet(
      "export net.onnx --training --out step --batch 6 --opt adamw --clip-grad 1 --grad-accum-steps 2 " +
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
    const line = "export seresnet20 --training --input 3x8x8 --classes 4 --batch 2 --out named --seed 3";
    expect(await senet(line)).toMatchObject({ code: 0, stderr: "" });
    const { tensors } = readSafetensors(readFileSync(join(folder, "named", "state.safetensors")));
    expect(tensors.get("fc.weight")!.shape).toEqual([4, 64]);
    expect((await node(example, "named")).code).toBe(0);
  });

  it.each([
    ["net.onnx --out x.onnx --batch 4", "--batch: got it without --training; give both or none"],
    ["net.onnx --out x", "--out: got x; expected an .onnx file, or a folder with --training"],
    ["net.onnx --out net.onnx", "--out: net.onnx is already there; choose another name"],
    ["net.onnx --out gone/x.onnx", "--out: cannot write gone/x.onnx (ENOENT"],
    ["net.onnx --out x.onnx --opset 12", "--opset: got opset 12; expected a whole number from 13 to 21"],
    ["seresnet20 --attention gc:reduction=2 --opset 16 --out x.onnx", "expected 17 or newer, which has it"],
    ["net.onnx --out x.onnx --attention eca", "--attention: got eca with a file; expected it with a network's name"],
    ["seresnet20 --out x.onnx --weights gone.onnx", "cannot read gone.onnx (ENOENT"],
    ["empty --out x.onnx", "empty: got a folder without model.onnx and best.onnx; give one of senet train"],
    ["net.onnx --training --opset 17 --out x", "--opset: got 17 with --training; expected none"],
    ["gone.onnx --training --out x", "cannot read gone.onnx (ENOENT"],
    ["seresnet21 --training --out x", 'unknown model "seresnet21"'],
    ["net.onnx --training --out .", "--out: . already holds "],
    ["net.onnx --training --out x --freeze head.*", 'got pattern "head.*", which fits no parameter; expected'],
    ["net.onnx --training --out x --clip-grad 0", "--clip-grad: got 0; expected a number above 0"],
    ["net.onnx --training --out x --opt-betas 0.9", '--opt-betas: got "0.9"; expected two numbers'],
    ["seresnet20 --training --out x --input 32", '--input: got "32"; expected channels x height x width'],
  ])("refuses %s in one line, writing nothing", async (line, message) => {
    const { code, stdout, stderr } = await senet(`export ${line}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: .*\n$/);
    expect(stderr).toContain(message);
    expect(readdirSync(folder).filter((name) => name.startsWith("x"))).toEqual([]);
  });
});
