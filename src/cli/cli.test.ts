import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseResults } from "../compare/results-file.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { type Finished, finished, runSenet, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (...args: string[]): ChildProcess => startSenet(folder, ...args);
const senet = (line: string): Promise<Finished> => runSenet(folder, ...line.split(" "));

/** Everything in the folder of the tests, to see that nothing was added. */
const listed = (): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

/** `--data glyphs` with few images and large batches. */
const small = "--data glyphs --train-limit 256 --test-limit 128 --epochs 1 --batch 32";

/** An IDX file of that magic number and those extents, filled with zeros. */
function idx(magic: number, ...extents: number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * extents.length));
  for (const [i, value] of [magic, ...extents].entries()) header.setUint32(4 * i, value);
  const count = extents.reduce((product, extent) => product * extent, 1);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array<number>(count).fill(0)]);
}

let training: Finished;
beforeAll(async () => {
  for (const name of ["empty", "corrupt", "held", "mnist"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "held", "notes.txt"), "mine");
  for (const [split, images] of [
    ["train", 3],
    ["t10k", 2],
  ] as const) {
    writeFileSync(join(folder, "mnist", `${split}-images-idx3-ubyte`), idx(0x803, images, 28, 28));
    writeFileSync(join(folder, "mnist", `${split}-labels-idx1-ubyte`), idx(0x801, images));
    for (const what of ["images-idx3", "labels-idx1"]) {
      writeFileSync(join(folder, "corrupt", `${split}-${what}-ubyte`), "no numbers");
    }
  }
  writeFileSync(join(folder, "wrong.json"), '{"epoch": 3}');
  writeFileSync(join(folder, "recipe.json"), '{"epochs": 1, "batch": 16, "optimizer": "adamw", "lr": 0.001}');
  training = await senet(`train --model seresnet20 ${small} --out trained`);
  const bytes = readFileSync(join(folder, "trained/model.onnx"));
  writeFileSync(join(folder, "truncated.onnx"), bytes.subarray(0, bytes.length >> 1));
});

describe("help", () => {
  it.each([
    ["--help", ["compare", "train", "eval", "data", "bench"]],
    [
      "train --help",
      ["--model <model>", "--epochs <n>", "--seed <n>", "--resume <dir>", "--config <file>", "Schedule:"],
    ],
    ["data --help", ["list", "show", "fetch"]],
    ["compare --help", ["--models <names>", "--seeds <n>", "--json"]],
    ["eval --help", ["--model <model>", "--tta <views>", "--test-limit <n>"]],
    ["bench train --help", ["--batch <n>", "--steps <n>"]],
  ])("of %s goes to stdout and succeeds", async (line, mentioned) => {
    const { code, stdout, stderr } = await senet(line);
    expect([code, stderr]).toEqual([0, ""]);
    for (const text of mentioned) expect(stdout).toContain(text);
  });

  it("models lists the networks in lines that fit a terminal", async () => {
    const lines = (await senet("models")).stdout.trimEnd().split("\n");
    expect(lines.some((line) => /^seresnet50 +resnet +3x224x224 +28,088,024 +4091.70 M$/.test(line))).toBe(true);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("--version prints the version of the package", async () => {
    const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await senet("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("a mistake", () => {
  it.each([
    ["trian", "unknown command 'trian' (Did you mean train?)"],
    ["compare --epcohs 3", "unknown option '--epcohs' (Did you mean --epochs?)"],
    ["train --data glyphs", "--model: got nothing; give one such as --model seresnet20, or --resume a run"],
    ["train --model resnet20", "--data: got nothing; give one such as --data glyphs, or --resume a run"],
    [
      "train --resume nowhere",
      /^--resume: got nowhere, which holds no run \(no config.json\); give the folder of a run/,
    ],
    [
      "train --resume trained --epochs 2",
      "--resume: got --epochs 2, but the run in trained was started with 1, and its learning rate is planned for them; " +
        "train on with senet train --model trained/last.onnx --config trained/config.json --data glyphs " +
        "--train-limit 256 --test-limit 128 --epochs 2",
    ],
    [
      "compare --resume trained",
      /^--resume: got trained, whose config.json is not of senet compare; .* senet train --resume/,
    ],
    [
      "train --model resnet20 --data glyphs --config wrong.json",
      /^wrong.json: Unrecognized key: "epoch"; expected fields/,
    ],
    [
      "train --model resnet20 --data glyphs --config none.json",
      /^--config: cannot read none.json \(ENOENT.*; check the path$/,
    ],
    ["train --model nowhere.onnx --data glyphs", /^cannot read nowhere.onnx \(ENOENT.*; expected a file$/],
    [
      "train --model resnet56 --weights trained/checkpoints/epoch-0002-step-0000000/state.safetensors --data glyphs",
      /^trained\/.* does not fit resnet56 \(\d+ missing: layer1.3.conv1.weight, .*; give weights of this network$/,
    ],
    ["train --model resnet20 --data glyphs --clip-grad 0", "--clip-grad: got 0; expected a number above 0"],
    [
      "train --model resnet20 --data glyphs --freeze nothing.*",
      /^got pattern "nothing\.\*", which fits no parameter; expected one that fits names such as conv1\.weight/,
    ],
    [
      "train --model resnet20 --data glyphs --lr-group layer1",
      '--lr-group: got "layer1"; expected a pattern and a number: "layer1.*=0.1"',
    ],
    [
      "train --model resnet20 --data glyphs --checkpoint-every 1h",
      '--checkpoint-every: got "1h"; expected steps such as 500, or minutes such as 10min',
    ],
    [
      "train --model sersnet20 --data glyphs",
      /^unknown model "sersnet20"; .*; did you mean "seresnet20"\? \(senet models lists them\)$/,
    ],
    [
      "compare --models resnet20,resnet21",
      /^unknown model "resnet21"; .*; did you mean "resnet20"\? \(senet models lists them\)$/,
    ],
    [
      "compare --models resnet20",
      '--models: got "resnet20"; expected at least two different names such as resnet20,seresnet20',
    ],
    ["train --model resnet20 --data glyph", /^--data: got "glyph"; .*; did you mean "glyphs"\?$/],
    ["train --model resnet20 --data mnist:nowhere", /^nowhere: got no such file or folder; .*check the path$/],
    ["train --model resnet20 --data mnist:empty", "empty: got an empty folder; expected the files of a dataset"],
    [
      "train --model resnet20 --data mnist:corrupt",
      /^corrupt\/train-images-idx3-ubyte: got magic number 0x6e6f206e; expected 0x00000803 \(images\)$/,
    ],
    [
      "train --model resnet20 --data glyphs --epochs ten",
      '--epochs: got "ten"; expected a whole number from 1 to 1,000,000',
    ],
    ["train --model resnet20 --data glyphs --epochs 0", "--epochs: got 0; expected a whole number from 1 to 1,000,000"],
    [
      "train --model resnet20 --data glyphs --batch 300 --train-limit 256",
      "--batch: got 300; expected a whole number from 1 to 256, the number of training images",
    ],
    ["train --model resnet20 --data glyphs --seed -1", "--seed: got -1; expected a whole number from 0"],
    ["compare --seeds 0", "--seeds: got 0; expected a whole number from 1 to 1,000"],
    ["compare --attention se:reduction=0", 'attention se: reduction: got "0"; expected a positive number'],
    [
      "compare --models resnet20,resnet32 --attention eca",
      "--attention: got eca for networks that have none by name; expected one such as seresnet20, whose block it replaces",
    ],
    [
      "train --model trained/best.onnx --data glyphs --attention eca",
      "--attention: got eca with a file; expected it with a network's name",
    ],
    [
      "train --model trained/best.onnx --data glyphs --aux",
      "--aux: got it with a file; expected it with a network's name",
    ],
    [
      "train --model resnet20 --data glyphs --attention se:stages=5",
      "resnet20: got attention in stages 5; expected some of 2 to 4",
    ],
    [
      "train --resume trained --attention eca",
      /^--resume: got --attention "eca", but the run in trained was started with none; leave it/,
    ],
    ["compare --threads 0.5", /^--threads: got 0.5; expected a whole number from 1 to \d+, for \d+ cores?$/],
    [
      "train --model resnet20 --data glyphs --out trained",
      /^--out: trained already holds .*; choose a new folder, or go on with senet train --resume trained$/,
    ],
    ["train --model resnet20 --data glyphs --out held", /^--out: held already holds notes.txt; choose a new folder/],
    ["train --model resnet20 --data glyphs --out trained/model.onnx", /^--out: cannot write to trained\/model.onnx/],
    ["eval --model nowhere.onnx --data glyphs", /^cannot read nowhere.onnx \(ENOENT.*; expected a file$/],
    [
      "eval --model truncated.onnx --data glyphs",
      /^truncated.onnx: not a whole ONNX model .*; give a complete .onnx file$/,
    ],
    [
      "eval --model trained/model.onnx --data mnist:mnist",
      "trained/model.onnx: it takes images 3x32x32 of 26 classes; got mnist with 1x28x28 and 10; " +
        "give the data it was trained for",
    ],
    [
      "bench train --input 32x32",
      '--input: got "32x32"; expected channels x height x width such as 3x32x32, each at most 65,535',
    ],
  ] as const)("%s is one line on stderr, exit code 2, and nothing is written", async (line, message) => {
    const before = listed();
    const { code, stdout, stderr } = await senet(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: [^\n]+\n$/);
    const text = stderr.slice("senet: ".length, -1);
    if (typeof message === "string") expect(text).toBe(message);
    else expect(text).toMatch(message);
    expect(listed()).toEqual(before);
  });
});

describe("train", () => {
  it("keeps the log, the configuration and whole models, and says what came out", () => {
    expect(training.code).toBe(0);
    expect(training.stdout).toMatch(
      /^seresnet20: [\d.]+ % top-1 on 128 test images with the weights of epoch 1 of 1,\sthe\sbest \(\d+:\d\d\)\.\nModel: trained\/model.onnx\n$/,
    );
    const lines = training.stderr.trimEnd().split("\n");
    expect(lines).toEqual([
      "data       glyphs: 256 training and 128 test images of 26 classes, 3×32×32",
      "network    seresnet20: 275,887 parameters",
      "learns     all parameters",
      "batch      32 images, 8 steps an epoch",
      "epochs     1",
      "optimizer  sgd, Nesterov momentum 0.9, weight decay 0.0005",
      "rate       0.1, cosine, rising over 0.5 epochs",
      expect.stringMatching(/^pixels {5}mean 0\.\d+, /),
      expect.stringMatching(/^epoch 1\/1 {2}loss [\d.]+ {2}test loss [\d.]+ {2}test top-1 +[\d.]+ % {2}/),
      "The report: trained/report.html",
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(readdirSync(join(folder, "trained")).sort()).toEqual([
      "best.onnx",
      "checkpoints",
      "config.json",
      expect.stringMatching(/^events\.out\.tfevents\.\d+\./),
      "last.onnx",
      "metrics.jsonl",
      "model.onnx",
      "report.html",
    ]);
    const config = JSON.parse(readFileSync(join(folder, "trained/config.json"), "utf8")) as { command: string };
    expect(config.command).toBe(`senet train --model seresnet20 ${small} --out trained`);
  });

  it("goes on from a file for other data by the recipe of a file, which flags override", async () => {
    const line = "train --model trained/best.onnx --config recipe.json --lr 0.01 --freeze layer1.* --data glyphs";
    const { code, stderr } = await senet(`${line} --train-limit 32 --test-limit 16 --out tuned`);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^epoch 1\/1 /m)]);
    const { recipe } = JSON.parse(readFileSync(join(folder, "tuned/config.json"), "utf8")) as { recipe: object };
    expect(recipe).toMatchObject({ epochs: 1, batch: 16, optimizer: "adamw", lr: 0.01, weightDecay: 0.01 });
    const [before, after] = ["trained/best.onnx", "tuned/model.onnx"].map(
      (file) => readOnnx(readFileSync(join(folder, file))).weights,
    );
    expect(after!.get("layer1.0.conv1.weight")).toEqual(before!.get("layer1.0.conv1.weight"));
    expect(after!.get("layer2.0.conv1.weight")).not.toEqual(before!.get("layer2.0.conv1.weight"));
  });

  it("--json prints one document with the log", async () => {
    const few = small.replace("256", "32").replace("128", "16");
    const { code, stdout } = await senet(`train --model resnet20 ${few} --seed 5 --out logged --json`);
    const { epochs, ...rest } = JSON.parse(stdout) as { epochs: unknown };
    expect(code).toBe(0);
    const kept = { epoch: 1, averaged: false };
    expect(rest).toEqual({ model: "resnet20", data: "glyphs", seed: 5, file: "logged/model.onnx", kept });
    const log = readFileSync(join(folder, "logged/metrics.jsonl"), "utf8").trimEnd().split("\n");
    expect(epochs).toEqual(log.map((line) => JSON.parse(line) as unknown));
  });

  it("says of a finished run that it is, with its result and how to train on, and tests nothing again", async () => {
    const { code, stdout, stderr } = await senet("train --resume trained --json");
    expect(code).toBe(0);
    expect(stderr).toBe(
      "trained is finished; train on with: senet train --model trained/last.onnx --config trained/config.json " +
        "--data glyphs --train-limit 256 --test-limit 128 --epochs 1\n",
    );
    const { epochs, ...rest } = JSON.parse(stdout) as { epochs: readonly { epoch: number }[] };
    const kept = { epoch: 1, averaged: false };
    expect(rest).toEqual({ model: "seresnet20", data: "glyphs", seed: 1, file: "trained/model.onnx", kept });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it("keeps the last epoch of a run that was started before one could choose", async () => {
    const few = "--train-limit 32 --test-limit 16 --epochs 3 --batch 16 --no-report --seed 2";
    expect((await senet(`train --model resnet20 --data glyphs ${few} --out older`)).code).toBe(0);
    const path = join(folder, "older/config.json");
    const { flags, ...config } = JSON.parse(readFileSync(path, "utf8")) as { flags: Record<string, unknown> };
    const { keep, report, ...before } = flags;
    expect([keep, report]).toEqual(["best", false]);
    writeFileSync(path, JSON.stringify({ ...config, flags: before }));
    rmSync(join(folder, "older/model.onnx"));
    const { code, stdout } = await senet("train --resume older --json");
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { kept: unknown }).kept).toEqual({ epoch: 3, averaged: false });
    const file = (name: string) => readFileSync(join(folder, "older", name));
    expect(file("model.onnx").equals(file("last.onnx"))).toBe(true);
    expect(readdirSync(join(folder, "older"))).not.toContain("report.html");
  });

  it("writes a model that eval finds as good as the log says", async () => {
    const log = readFileSync(join(folder, "trained/metrics.jsonl"), "utf8").trimEnd().split("\n");
    const { testTop1, testLoss } = JSON.parse(log.at(-1)!) as { testTop1: number; testLoss: number };
    const { code, stdout } = await senet("eval --model trained/model.onnx --data glyphs --test-limit 128 --json");
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { top1: number; loss: number; images: number; confusion: number[][] };
    expect([result.images, result.top1]).toEqual([128, testTop1]);
    expect(result.loss).toBeCloseTo(testLoss, 5);
    expect(result.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(128);
  });
});

describe("train --attention", () => {
  it("gives a network that block, and a run that goes on keeps it", async () => {
    const few = "--train-limit 32 --test-limit 16 --epochs 1 --batch 16 --out gated";
    const started = await senet(`train --model resnet20 --attention eca:kernel=3 --data glyphs ${few}`);
    expect(started.code).toBe(0);
    rmSync(join(folder, "gated/model.onnx"));
    const { code, stderr } = await senet("train --resume gated");
    expect([code, stderr]).toEqual([0, expect.stringContaining("going on with gated")]);
    const { weights } = readOnnx(readFileSync(join(folder, "gated/model.onnx")));
    expect(weights.get("layer1.0.se.conv.weight")?.shape).toEqual([1, 1, 3]);
  });
});

describe("compare", () => {
  it("--json prints one document, the same as in results.json, and writes the report and the models", async () => {
    const few = small.replace("256", "64").replace("128", "64");
    const { code, stdout, stderr } = await senet(
      `compare ${few} --seeds 1 --attention se:reduction=4,stages=3-4 --json --out compared`,
    );
    expect([code, stderr.split("\n").slice(0, 2)]).toEqual([
      0,
      [
        "resnet20 and seresnet20 on glyphs: 64 training and 64 test images, 1 epoch, 1 seed",
        "batch      32 images, 2 steps an epoch",
      ],
    ]);
    expect(stdout).toBe(readFileSync(join(folder, "compared/results.json"), "utf8"));
    const results = parseResults(stdout);
    expect(results.models.map(({ attention, runs }) => [attention, runs.length])).toEqual([
      ["none", 1],
      ["se r=4,stages=3+4,start=identity", 1],
    ]);
    expect(readFileSync(join(folder, "compared/report.html"), "utf8")).toMatch(/^<!doctype html>/i);
    for (const { runs } of results.models) {
      const { graph } = readOnnx(readFileSync(join(folder, "compared", runs[0]!.model)));
      expect(graph.outputs.map(({ name }) => name)).toEqual(["logits"]);
    }
  });
});

describe("Ctrl-C", () => {
  /** Starts a training that would take long and waits until its first epoch is done. */
  async function startedTraining(out: string): Promise<{ child: ChildProcess; done: Promise<Finished> }> {
    const few = small.replace("256", "64").replace("128", "32").replace("--epochs 1", "--epochs 500");
    const child = start(..."train --model resnet20".split(" "), ...few.split(" "), "--out", out);
    const done = finished(child);
    await new Promise<void>((resolve) =>
      child.stderr!.on("data", (text: string) => text.startsWith("epoch ") && resolve()),
    );
    return { child, done };
  }

  it("stops training between steps with exit code 130 and files that are whole", async () => {
    const { child, done } = await startedTraining("stopped");
    const second = await senet("train --resume stopped");
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining(`process ${child.pid} is at work`)]);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await done;
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(
      /\nstopping after this step; once more ends at once\n(epoch .*\n)?saved; go on with: senet train --resume stopped\n$/,
    );
    expect(readdirSync(join(folder, "stopped"))).not.toContain("model.onnx");
    const { weights } = readOnnx(readFileSync(join(folder, "stopped/last.onnx")));
    expect(weights.get("fc.weight")!.shape).toEqual([26, 64]);
    const log = readFileSync(join(folder, "stopped/metrics.jsonl"), "utf8").trimEnd().split("\n");
    expect(log.map((line, i) => (JSON.parse(line) as { epoch: number }).epoch === i + 1)).toEqual(log.map(() => true));
  });

  it("a second time ends at once, without the engine's complaints", async () => {
    const { child, done } = await startedTraining("ended");
    child.stderr!.on("data", (text: string) => text.includes("stopping") && child.kill("SIGINT"));
    child.kill("SIGINT");
    const { code, stderr } = await done;
    expect([130, "SIGINT"]).toContain(code); // 130 where the step ended first
    expect(stderr).not.toMatch(/terminate|unexpected|Error/);
  });
});

describe("a reader that closes early", () => {
  it("ends the command quietly", async () => {
    const child = start(
      ..."eval --model trained/model.onnx --data glyphs --test-limit 64 --no-report --json".split(" "),
    );
    child.stdout!.destroy();
    let stderr = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, "exit");
    expect([code, stderr]).toEqual([0, ""]);
  });
});
