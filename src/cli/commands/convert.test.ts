import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { readCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { readPth } from "../../weights/pth/pth.js";
import { readSafetensors, writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { type Finished, runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-convert-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string): Promise<Finished> => runSenet(folder, ...line.split(" "));
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const fixture = (name: string) => fileURLToPath(new URL(`../../../tests/goldens/pth/${name}`, import.meta.url));
const graph = createModel("seresnet20");
const weights = initialise(graph, 3);

beforeAll(() => {
  const renamed = new Map(
    [...weights].map(([name, tensor]) => [`module.${name.replace(".se.", ".se_module.")}`, tensor]),
  );
  writeFileSync(join(folder, "theirs.safetensors"), writeSafetensors(renamed));
});

describe("senet convert", () => {
  it("lists the tensors of a checkpoint, with their types in the file", async () => {
    const { code, stdout, stderr } = await senet(`convert ${fixture("checkpoint.zip.pth")} --list`);
    expect(code).toBe(0);
    expect(stdout).toContain("half           F16   [5]\n");
    expect(stdout).toMatch(/channels_last +F32 +\[2, 3, 2, 2\]\n/);
    expect(stdout).toMatch(/21 tensors, 1\d\d numbers \(pth\)\n$/);
    expect(stderr).toBe(
      'senet: took the weights under "state_dict"; not epoch, best, large, note, history, size, dtype, device, …\n',
    );
    const json = JSON.parse((await senet(`convert ${fixture("parallel.legacy.pth")} --list --json`)).stdout);
    expect(json).toMatchObject({
      format: "pth",
      notices: [],
      tensors: expect.arrayContaining([{ name: "bn.num_batches_tracked", type: "I64", shape: [] }]),
    });
  });

  it("keeps every tensor of a checkpoint under its name, and says what it widened", async () => {
    const { code, stdout } = await senet(`convert ${fixture("checkpoint.zip.pth")} c.safetensors --json`);
    expect(code).toBe(0);
    const { tensors, notices } = JSON.parse(stdout);
    expect(tensors).toBe(21);
    expect(notices.slice(1)).toEqual([
      "widened 1 tensors from F16 to float32",
      "widened 1 tensors from BF16 to float32",
      "widened 1 tensors from I16 to int32",
    ]);
    const read = readSafetensors(bytesOf("c.safetensors")).tensors;
    expect(new Map([...read].sort())).toEqual(
      new Map([...readPth(readFileSync(fixture("checkpoint.zip.pth"))).tensors].sort()),
    );
  });

  it("makes a model of weights under other names, which senet and others can run, and weights of it again", async () => {
    const line = "convert theirs.safetensors m.onnx --model seresnet20 --mean 0.5,0.4,0.3 --std 0.2,0.2,0.2";
    expect(await senet(line)).toEqual({ code: 0, stdout: `m.onnx: ${weights.size} tensors\n`, stderr: "" });
    const model = readOnnx(bytesOf("m.onnx"));
    expect(readCard(model.graph)).toMatchObject({
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.2],
      provenance: { model: "seresnet20" },
    });
    expect(await senet("convert m.onnx back.safetensors")).toMatchObject({ code: 0, stderr: "" });
    const back = readSafetensors(bytesOf("back.safetensors")).tensors;
    for (const [name, { data }] of weights) {
      expect(Buffer.from(back.get(name)!.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("says in full what does not fit, as JSON", async () => {
    const { code, stdout, stderr } = await senet("convert theirs.safetensors no.safetensors --model resnet20 --json");
    expect(code).toBe(2);
    const { error, missing, surplus, misshapen } = JSON.parse(stdout);
    expect([missing, surplus.length, misshapen]).toEqual([[], 36, []]);
    expect(stderr).toMatch(
      / \(36 surplus: .*\); give weights of this network, or leave .* out with --allow-surplus\n$/,
    );
    expect(surplus[0]).toBe("module.layer1.0.se_module.fc1.weight");
    expect(stderr).toBe(`senet: ${error}\n`);
    const allowed = await senet("convert theirs.safetensors plain.safetensors --model resnet20 --allow-surplus");
    expect(allowed).toMatchObject({ code: 0 });
    expect(allowed.stderr).toContain(
      "left out 36 tensors of theirs.safetensors: module.layer1.0.se_module.fc1.weight, ",
    );
  });

  it.each([
    ["theirs.safetensors", "got output nothing; expected a .safetensors or .onnx file, or --list"],
    ["theirs.safetensors out.pth", "got output out.pth; expected a .safetensors or .onnx file, or --list"],
    ["theirs.safetensors out.onnx --list", "got --list and out.onnx; expected one of them"],
    [
      "theirs.safetensors theirs.safetensors",
      "got theirs.safetensors, which is read from (theirs.safetensors); choose another name",
    ],
    ["theirs.safetensors out.onnx", "got weights alone (theirs.safetensors); give the network they are of, such as"],
    ["theirs.safetensors out.onnx --model sersnet20", 'unknown model "sersnet20"; '],
    [
      "theirs.safetensors out.onnx --model seresnet20 --classes 7",
      "(2 misshapen: fc.weight (got [10,64]; expected [7,64])",
    ],
    [
      "theirs.safetensors out.onnx --model seresnet20 --mean 1,2 --std 1,2,3",
      "--mean: got 1,2; expected 3 numbers, one for each channel",
    ],
    ["theirs.safetensors no/where.safetensors", "cannot write no/where.safetensors (ENOENT"],
    ["none.pth out.safetensors", "cannot read none.pth (ENOENT"],
  ])("%s is one line on stderr, exit code 2, and nothing is written", async (line, message) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await senet(`convert ${line}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(readdirSync(folder)).toEqual(before);
  });
});

const data = process.env.SENET_TEST_DATA;

describe.skipIf(data === undefined)("a published checkpoint (in SENET_TEST_DATA)", () => {
  it("of ResNet-20 with option A is 91.73 % right on the CIFAR-10 test set", async () => {
    const flags = "--model resnet20 --shortcut A --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225";
    expect(await senet(`convert ${data}/weights/resnet20_cifar10_optionA.th r.onnx ${flags}`)).toMatchObject({
      code: 0,
    });
    expect(existsSync(join(folder, "r.onnx"))).toBe(true);
    const { stdout } = await senet(`eval --model r.onnx --data cifar10:${data}/cifar-10-binary-20k.tar.gz --json`);
    expect(JSON.parse(stdout)).toMatchObject({ images: 10_000, top1: 91.73 });
  }, 180_000);
});
