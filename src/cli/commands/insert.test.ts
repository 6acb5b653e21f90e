import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readModel } from "../../graph/node/read-model.js";
import { writeModel } from "../../graph/node/write-model.js";
import { opsetOf } from "../../graph/onnx/body.js";
import { modelField } from "../../graph/onnx/fields.js";
import { Message } from "../../graph/onnx/protobuf.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { outputOf } from "../../insert/outputs.test.helper.js";
import { readCard, withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { node, onnxFile, value } from "../../testing/onnx-file.js";
import { runSenet } from "../run-senet.test.helper.js";

const exportsFolder = fileURLToPath(new URL("../../../tests/goldens/exports", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "senet-insert-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

const insert = (line: string) => runSenet(folder, "insert", ...line.split(" "));

const net = createModel("resnet20", { classes: 3, input: [3, 16, 16] });
const weights = initialise(net, 1);
const card = { classes: ["a", "b", "c"], mean: [0.5, 0.5, 0.5], std: [1, 2, 3], provenance: { model: "resnet20" } };

beforeAll(() => {
  writeModel(at("net.onnx"), { graph: withCard(net, card), weights });
  for (const name of ["resnet18.onnx", "shufflenet_v2_x0_5.onnx", "mobilenet_v3_small.onnx", "vit_b_16.onnx"]) {
    copyFileSync(join(exportsFolder, name), at(name));
  }
});

const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const opsetIn = (path: string) => opsetOf(new Message(readFileSync(path)), modelField.opsetImport);

describe("senet insert", () => {
  it("writes a new file that gives the same answers and keeps the card, and leaves the old one as it is", async () => {
    const before = hash(at("net.onnx"));
    const { code, stdout, stderr } = await insert("net.onnx -o se.onnx --attention se:bias=false --reduction 8");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      "se.onnx: 9 blocks: 9 × residual branch; start identity\nparameters 272,019 to 276,051 (+1.48 %), MACs +4,032 an image\n",
    );
    expect(hash(at("net.onnx"))).toBe(before);
    const after = readModel(at("se.onnx"));
    expect(readCard(after.graph)).toEqual(card);
    expect(await outputOf(after, { level: "disabled" })).toEqual(
      await outputOf({ graph: net, weights }, { level: "disabled" }),
    );
  });

  it("shows the places with --dry-run within 80 columns, and writes nothing", async () => {
    const { code, stdout } = await insert("resnet18.onnx --dry-run --reduction 4 --stages 3");
    expect(code).toBe(0);
    expect(stdout).toBe(`stage  place  channels  hidden  params  MACs
  3.1  5.se         16       4     148   128

resnet18.onnx: 1 block: 1 × residual branch; start identity
parameters 6,226 to 6,374 (+2.38 %), MACs +128 an image
nothing is written
`);
  });

  it("tells machines the same", async () => {
    const { stdout } = await insert("net.onnx --dry-run --json --attention eca --stages 2");
    const document = JSON.parse(stdout);
    expect(document.sites.map((site: { name: string }) => site.name)).toEqual([
      "layer1.0.se",
      "layer1.1.se",
      "layer1.2.se",
    ]);
    expect(document.rescaled["layer1.0.bn2.weight"]).toEqual({ from: "layer1.0.bn2.weight", by: 2 });
    expect([document.params.after - document.params.before, document.gated, document.out]).toEqual([9, [], undefined]);
  });

  it("lists what is left alone because it has a gate", async () => {
    const { stdout } = await insert("mobilenet_v3_small.onnx --dry-run --force");
    expect(stdout).toContain("Left alone, as they have a gate:\n2.1 features.1.block\n");
  });

  it("writes in the opset of the file, or says why not", async () => {
    await insert("resnet18.onnx -o kept.onnx");
    expect([opsetIn(at("resnet18.onnx")), opsetIn(at("kept.onnx"))]).toEqual([13, 13]);
    const raised = await insert("shufflenet_v2_x0_5.onnx -o raised.onnx");
    expect(raised.stderr).toBe("senet: the file has opset 11, the new one 13: we write 13 to 21\n");
    expect([opsetIn(at("shufflenet_v2_x0_5.onnx")), opsetIn(at("raised.onnx"))]).toEqual([11, 13]);
    const needed = await insert("resnet18.onnx -o gc.onnx --attention gc --reduction 2");
    expect(needed.stderr).toBe("senet: the file has opset 13, the new one 17: an operator needs it\n");
    const asked = await insert("resnet18.onnx -o asked.onnx --attention gc --reduction 2 --opset 15");
    expect([asked.code, asked.stderr]).toEqual([
      2,
      expect.stringMatching(/^senet: --opset: got opset 15 for LayerNormalization .*expected 17 or newer/),
    ]);
  });

  it("keeps a symbolic batch, and weights beside the file where they lay so", async () => {
    writeModel(at("apart.onnx"), { graph: net, weights }, { split: true });
    await insert("apart.onnx -o apart-se.onnx");
    expect(existsSync(at("apart-se.onnx.data"))).toBe(true);
    const { graph } = readModel(at("apart-se.onnx"));
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, 16, 16]);
    const fixed = { ...net, inputs: [{ ...net.inputs[0]!, shape: [2, 3, 16, 16] }] };
    writeFileSync(at("fixed.onnx"), writeOnnx(fixed, weights));
    await insert("fixed.onnx -o fixed-se.onnx");
    expect(readModel(at("fixed-se.onnx")).graph.inputs[0]!.shape).toEqual([2, 3, 16, 16]);
  });

  it("keeps the size of images open where no block needs one", async () => {
    const open = { ...net, inputs: [{ ...net.inputs[0]!, shape: ["N", 3, "h", "w"] }] };
    writeFileSync(at("open.onnx"), writeOnnx(open, weights));
    expect((await insert("open.onnx -o open-se.onnx")).code).toBe(0);
    for (const image of [
      [3, 16, 16],
      [3, 24, 40],
    ]) {
      const [before, after] = ["open.onnx", "open-se.onnx"].map((name) => readModel(at(name), { image }));
      expect(after!.graph.inputs[0]!.shape).toEqual(["N", ...image]);
      expect(await outputOf(after!, { level: "disabled" })).toEqual(await outputOf(before!, { level: "disabled" }));
    }
    const refused = await insert("open.onnx -o open-ge.onnx --attention ge");
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "senet: open.onnx: got a file for images of any size and ge, which needs one; give one such as 3x224x224, and the new file takes no other (--input)\n",
    ]);
    await insert("open.onnx -o open-ge.onnx --attention ge --input 3x16x16");
    expect(readModel(at("open-ge.onnx")).graph.inputs[0]!.shape).toEqual(["N", 3, 16, 16]);
  });

  it("says that 16-bit weights become 32-bit ones", async () => {
    const one = 0x3c00; // 1 as a 16-bit float
    const weight = { name: "w", dataType: 10, dims: [3n, 3n, 1n, 1n], int32Data: Array.from({ length: 9 }, () => one) };
    const nodes = [node("Conv", ["x", "w"], ["y"]), node("Add", ["y", "x"], ["s"]), node("Relu", ["s"], ["out"])];
    const graph = {
      node: nodes,
      initializer: [weight],
      input: [value("x", ["N", 3, 8, 8], 10)],
      output: [value("out", [], 10)],
    };
    writeFileSync(at("half.onnx"), onnxFile(graph as Parameters<typeof onnxFile>[0]));
    const { code, stderr } = await insert("half.onnx -o half-se.onnx");
    expect([code, stderr]).toEqual([0, "senet: the file has 16-bit weights, the new one 32-bit ones\n"]);
  });

  it("draws a page with every block as one unit that needs nothing from outside", async () => {
    await insert("net.onnx --dry-run --report page.html");
    const page = readFileSync(at("page.html"), "utf8");
    expect(page.match(/<g class="block">/g)).toHaveLength(9);
    expect(page).toContain("SE 16 → 1 → 16  layer1.0.se");
    expect(page).not.toMatch(/(src|href)=|url\(|@import|<script/);
  });

  it.each([
    ["net.onnx", "--out: got none; expected the new .onnx file, or --dry-run"],
    ["net.onnx -o net.onnx", "--out: got net.onnx, which is read from (net.onnx); choose another name"],
    ["net.onnx -o link.onnx", "--out: got link.onnx, which is read from (net.onnx); choose another name"],
    ["net.onnx -o taken.onnx", "--out: taken.onnx is already there; choose another name"],
    ["net.onnx -o no/where.onnx", "--out: cannot write no/where.onnx"],
    ["none.onnx --dry-run", "cannot read none.onnx"],
    [
      "resnet51 --dry-run",
      'unknown model "resnet51"; expected the name of a network; did you mean "resnet50"? (senet models lists them)',
    ],
    ["w.pth --dry-run", "got w.pth; expected a network by its published name, an .onnx file, the folder of a run, or"],
    ["net.onnx --dry-run --attention none", "--attention: got none; expected a block to insert, such as se"],
    ["net.onnx --dry-run --attention eca --reduction 8", 'unknown option "reduction=8" of attention eca'],
    ["net.onnx --dry-run --at layer1.0.bn1", 'net.onnx: got "layer1.0.bn1"; expected the name of a node or value'],
    ["net.onnx --dry-run --stages 2 --at fc", "cannot be used with option"],
    ["vit_b_16.onnx --dry-run", "vit_b_16.onnx: got 1 convolution"],
    ["mobilenet_v3_small.onnx --dry-run", "mobilenet_v3_small.onnx: got a network that has 2 gates already"],
  ])("%s: one line, exit code 2", async (line, message) => {
    if (!existsSync(at("link.onnx"))) symlinkSync(at("net.onnx"), at("link.onnx"));
    writeFileSync(at("taken.onnx"), "");
    const { code, stdout, stderr } = await insert(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
