import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { smallNet, weightsOf } from "../step/stepping.test.helper.js";
import { until } from "../testing/until.js";
import { writeSafetensors } from "../weights/safetensors/safetensors.js";
import { finished, runSenet, startSenet } from "./run-senet.test.helper.js";
import { smallModel } from "./small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const at = (path: string) => join(folder, path);
const bytes = (path: string) => readFileSync(at(path));
const program = fileURLToPath(new URL("./index.js", import.meta.url));

const net = smallNet();
const [channels, height, width] = net.inputs[0]!.shape.slice(1).map(Number);
const classes = Number(net.outputs[0]!.shape[1]);
const few = "--data glyphs --train-limit 64 --test-limit 16 --batch 16";
const statistics = "--mean 0.5,0.5,0.5 --std 0.2,0.2,0.2";

/** The small network with one number in the place of one of its weights. */
function poisoned(value: number): Uint8Array {
  const weights = new Map(weightsOf(net));
  const [name, tensor] = [...weights].at(-1)!;
  const data = Float32Array.from(tensor.data as Float32Array);
  data[0] = value;
  return writeOnnx(net, weights.set(name, float32(tensor.shape, data)));
}

beforeAll(async () => {
  for (let c = 0; c < classes; c++) {
    for (const i of [0, 1, 2]) {
      const path = at(`set/c${c}/${i}.png`);
      mkdirSync(dirname(path), { recursive: true });
      const background = { r: 60 * c, g: 80 * i, b: 40 };
      await sharp({ create: { width: width!, height: height!, channels: 3, background } })
        .png()
        .toFile(path);
    }
  }
  writeFileSync(at("small.onnx"), smallModel());
  writeFileSync(at("se.onnx"), smallModel({ se: true }));
  writeFileSync(at("net.onnx"), writeOnnx(net, weightsOf(net)));
  const x = float32([2, channels!, height!, width!], new Float32Array(2 * channels! * height! * width!));
  writeFileSync(
    at("x.safetensors"),
    writeSafetensors(
      new Map<string, Tensor>([
        ["x", x],
        ["y", int64([2], [0, 1])],
      ]),
    ),
  );
  for (const [name, value] of Object.entries({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY })) {
    writeFileSync(at(`${name}.onnx`), poisoned(value));
  }
});

describe("a file of the user", () => {
  const reading = "--input x.safetensors";
  it.each([
    [`run --model net.onnx ${reading} --output net.onnx`, "net.onnx"],
    [`run --model net.onnx ${reading} --output x.safetensors`, "x.safetensors"],
    [`run --model net.onnx ${reading} --output x.safetensors --force`, "x.safetensors"],
    [`run --model net.onnx ${reading} --output inf.onnx`, "inf.onnx"],
    [`gradients --model net.onnx --mode eval ${reading} --output net.onnx --force`, "net.onnx"],
    [`gradients --model net.onnx --mode eval ${reading} --output set/c0/0.png`, "set/c0/0.png"],
    ["data show folder:set --sheet set/c0/0.png", "set/c0/0.png"],
    ["data show folder:set --sheet set/c0/0.png --force", "set/c0/0.png"],
    ["data show folder:set --sheet net.onnx --force", "net.onnx"],
    ["export net.onnx -o nan.onnx", "nan.onnx"],
    ["convert net.onnx x.safetensors", "x.safetensors"],
  ])("is not written over: senet %s", async (line, file) => {
    const before = bytes(file);
    const { code, stdout, stderr } = await senet(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(bytes(file).equals(before)).toBe(true);
  });

  it("is replaced where that is asked for, and no input", async () => {
    writeFileSync(at("old.safetensors"), "old");
    const line = `run --model net.onnx ${reading} --output old.safetensors`;
    expect((await senet(line)).code).toBe(2);
    expect((await senet(`${line} --force`)).code).toBe(0);
    expect(bytes("old.safetensors").length).toBeGreaterThan(3);
    expect((await senet("data show folder:set --size 16 --sheet sheet.png")).code).toBe(0);
    expect((await senet("data show folder:set --size 16 --sheet set/sheet.png")).stderr).toMatch(
      /^senet: --sheet: got set\/sheet.png, which lies in the data \(set\)/,
    );
  });
});

describe.each(["nan", "inf"])("a model that gives %s", (name) => {
  const model = `--model ${name}.onnx ${statistics}`;
  it("is not measured: it is told for how many images, the first by name, and no report is written", async () => {
    const { code, stdout, stderr } = await senet(`eval ${model} --data folder:set --holdout 1 --out report-${name}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/the model gives NaN or infinity for 12 of 12 images, the first: set\/c0\/0\.png; expected/);
    expect(existsSync(at(`report-${name}`))).toBe(false);
  });

  it.each(["", " --json", " --csv"])("names no class%s", async (format) => {
    const { code, stdout, stderr } = await senet(`classify set/c0/0.png set/c1 ${model}${format}`);
    expect(code).toBe(2);
    expect(stdout).not.toMatch(/\d %|"answers"|\nset.*,1,/);
    expect(stderr).toMatch(/senet: the model gives NaN or infinity for 4 of 4 images, the first: set\/c0\/0\.png; /);
  });
});

describe("a training that cannot start", () => {
  it.each([
    ["--std 0,0,0", /^senet: --std: got 0,0,0; expected numbers above 0/],
    ["--threads 1e9", /^senet: --threads: got 1e9; expected a whole number/],
    ["--lr 0", /^senet: --lr: got 0; expected a number above 0/],
    ["--size 64", /^senet: --size: got it with glyphs/],
  ])("leaves nothing behind: %s", async (flag, message) => {
    const { code, stderr } = await senet(`train resnet20 ${few} --epochs 1 ${flag} --out deep/refused`);
    expect([code, stderr.trimEnd().split("\n")]).toEqual([2, [expect.stringMatching(message)]]);
    expect(existsSync(at("deep"))).toBe(false);
  });

  it("takes away what it had made when the first images cannot be read", async () => {
    mkdirSync(at("broken/a"), { recursive: true });
    mkdirSync(at("broken/b"), { recursive: true });
    for (const name of ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3"]) writeFileSync(at(`broken/${name}.png`), "no image");
    const line = "train resnet20 --data folder:broken --size 16 --epochs 1 --batch 2 --mean 0.5,0.5,0.5 --std 1,1,1";
    for (const place of ["new/er", "there"]) {
      if (place === "there") mkdirSync(at(place));
      expect((await senet(`${line} --out ${place}`)).code).toBe(2);
      expect(existsSync(at("new"))).toBe(false);
    }
    expect(readdirSync(at("there"))).toEqual([]);
  });

  it.each(["train resnet20", "compare resnet20 seresnet20"])("does not %s among its data", async (command) => {
    for (const out of ["set/run", "set/c0/run", "set/../set/x/y"]) {
      const { code, stderr } = await senet(`${command} --data folder:set --size 16 --epochs 1 --batch 2 --out ${out}`);
      expect(code).toBe(2);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/--out: got .* which lies in the data \(set\)/);
    }
    expect(readdirSync(at("set"))).toEqual(["c0", "c1", "c2", "c3"]);
  });
});

describe("a run whose checkpoints are gone", () => {
  it.each([
    ["train ./small.onnx", "checkpoints"],
    ["compare ./small.onnx ./se.onnx --seeds 1", "checkpoints"],
  ])(
    "is not begun again in silence: %s",
    async (command, lost) => {
      const out = command.split(" ")[0]!;
      expect((await senet(`${command} ${few} --epochs 1 --out ${out}`)).code).toBe(0);
      rmSync(at(`${out}/${lost}`), { recursive: true });
      const log = bytes(`${out}/metrics.jsonl`);
      const { code, stderr } = await senet(`${out} --resume ${out}`);
      expect(code).toBe(2);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
        /metrics\.jsonl of epochs that were trained, but no checkpoints/,
      );
      expect(bytes(`${out}/metrics.jsonl`).equals(log)).toBe(true);
    },
    60_000,
  );
});

describe.skipIf(!existsSync("/dev/full"))("a disk that is full under the output", () => {
  const onFull = (line: string, streams: readonly ("stdout" | "stderr")[]) => {
    const full = openSync("/dev/full", "w");
    const stdio = ["stdout", "stderr"].map((name) => (streams.includes(name as "stdout") ? full : ("pipe" as const)));
    return spawnSync(process.execPath, [program, ...line.split(" ")], { cwd: folder, stdio: ["ignore", ...stdio] });
  };

  it.each(["models", "profile resnet20 --json", "data list"])("tells of output that is lost: %s", (line) => {
    const { status, stderr } = onFull(line, ["stdout"]);
    expect(status).toBe(74);
    expect(String(stderr)).toMatch(
      /^senet: cannot write what is printed \(ENOSPC: .*\); make room, then run it again\n$/,
    );
  });

  it.each([["stdout"], ["stderr"], ["stdout", "stderr"]] as const)(
    "does not end a training: %s %s",
    (...streams) => {
      const out = `full-${streams.join("-")}`;
      expect(onFull(`train ./small.onnx ${few} --epochs 2 --out ${out}`, streams).status).toBe(0);
      expect(bytes(`${out}/metrics.jsonl`).toString().trimEnd().split("\n")).toHaveLength(2);
    },
    60_000,
  );
});

describe("a signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "%s ends a training with %i, saved",
    async (signal, code) => {
      const child = startSenet(folder, ..."train ./small.onnx --data glyphs --epochs 50 --out".split(" "), signal);
      const over = finished(child);
      await until(() => existsSync(at(`${signal}/checkpoints/epoch-0001-step-0000000`)) || child.exitCode !== null);
      child.kill(signal);
      const left = await over;
      expect(left.code).toBe(code);
      expect(left.stderr).toContain(`saved; go on with: senet train --resume ${signal}`);
    },
    60_000,
  );
});
