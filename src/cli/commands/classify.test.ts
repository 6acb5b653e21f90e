import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseCsv } from "../../data/csv.js";
import { preprocess } from "../../data/preprocess.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import type { Answer } from "../../evaluate/answers.js";
import { initialise } from "../../graph/initialise.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { cardEntries, withCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { noiseImage } from "../../testing/noise-image.js";
import { runFile } from "../../testing/run-graph.js";
import { HubServer } from "../../weights/hub/node/hub-server.test.helper.js";
import { oneCommit, smallConfig, smallFiles } from "../../weights/hub/node/timm-repository.test.helper.js";
import { writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { type Finished, finished, runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-classify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = fileURLToPath(new URL("../index.js", import.meta.url));
const senet = async (line: string, env: Record<string, string> = {}): Promise<Finished> => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return await runSenet(folder, ...line.split(" "));
  } finally {
    vi.unstubAllEnvs();
  }
};
const graph = createModel("seresnet20", { classes: 3 });
const weights = initialise(graph, 3);
const classes = ["cat", 'a "big" dog, or two', "fox"];
const statistics = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
const preprocessing: Preprocessing = { height: 32, width: 32, resize: 40, interpolation: "bicubic", ...statistics };
const photo = noiseImage(61, 47, 3, false);

interface Line {
  readonly file: string;
  readonly answers?: readonly Answer[];
  readonly error?: string;
}

const linesOf = ({ stdout }: Finished) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** What the network says of the photo with such a preprocessing, by class. */
async function logitsOf(p: Preprocessing): Promise<number[]> {
  const x = { dtype: "float32", shape: [1, 3, p.height, p.width], data: preprocess(photo, p) } as const;
  const sized = createModel("seresnet20", { classes: 3, input: [3, p.height, p.width] });
  return [...((await runFile(writeOnnx(sized, weights), { x })).logits!.data as Float32Array)];
}

/** The logits of an answer to each class, by class. */
function byClass({ answers }: Line): number[] {
  return [...answers!].sort((a, b) => a.index - b.index).map(({ logit }) => logit);
}

function expectClose(a: readonly number[], b: readonly number[]): void {
  expect(a).toHaveLength(b.length);
  for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i]!, 4);
}

beforeAll(async () => {
  const card = { classes, ...cardEntries(preprocessing), provenance: {} };
  writeFileSync(join(folder, "m.onnx"), writeOnnx(withCard(graph, card), weights));
  writeFileSync(join(folder, "bare.onnx"), writeOnnx(graph, weights));
  writeFileSync(join(folder, "w.safetensors"), writeSafetensors(weights));
  mkdirSync(join(folder, "photos/inner"), { recursive: true });
  const { data, width, height } = photo;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  for (const name of ["b.png", "inner/c.png", "with, comma.png"]) writeFileSync(join(folder, "photos", name), png);
  writeFileSync(join(folder, "photos/a.jpg"), "no image");
  writeFileSync(join(folder, "photos/notes.txt"), "not looked at");
  writeFileSync(join(folder, "photos/inner/short.png"), png.subarray(0, png.length / 2));
});

describe("senet classify", () => {
  it("goes through a folder in order, past what it cannot read, and says so at the end", async () => {
    const done = await senet("classify photos --model m.onnx --json --top 3 --batch 2");
    const lines = linesOf(done);
    expect(lines.map(({ file, error }) => [file, error !== undefined])).toEqual([
      ["photos/a.jpg", true],
      ["photos/b.png", false],
      ["photos/inner/c.png", false],
      ["photos/inner/short.png", true],
      ["photos/with, comma.png", false],
    ]);
    expect(lines[0]!.error).toBe("no image (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM)");
    for (const line of lines.filter(({ answers }) => answers)) {
      expectClose(byClass(line), await logitsOf(preprocessing));
    }
    const answers = lines[1]!.answers!;
    expect(answers.map(({ label }) => label)).toEqual(answers.map(({ index }) => classes[index]));
    expect(answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(done.stderr).toMatch(
      /^5 photos in .* photos\/s\)\nsenet: 2 of 5 could not be read:\n {2}photos\/a\.jpg: .*\n {2}photos\/inner\/short\.png: .*\n$/,
    );
    expect(done.code).toBe(1);
  });

  it("draws a chart in 80 columns", async () => {
    const { code, stdout, stderr } = await senet("classify photos/b.png --model m.onnx --top 2");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [name, ...rows] = stdout.trimEnd().split("\n");
    expect(name).toBe("photos/b.png");
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatch(/^ {2}\S.* +\d+\.\d %( {2}[█▏▎▍▌▋▊▉]+)?$/);
      expect(row.length).toBeLessThanOrEqual(80);
    }
  });

  it("writes a table that can be read again", async () => {
    const { code, stdout } = await senet("classify photos/b.png nowhere.png --model m.onnx --csv");
    expect(code).toBe(1);
    const { columns, rows } = parseCsv(stdout, "stdout");
    expect(columns).toEqual(["file", "rank", "index", "label", "probability"]);
    expect(rows.map(([file, rank, index, label]) => [file, rank, label === classes[Number(index)]])).toEqual([
      ["photos/b.png", "1", true],
      ["photos/b.png", "2", true],
      ["photos/b.png", "3", true],
    ]);
  });

  it("takes a photo from standard input", async () => {
    const child = spawn(process.execPath, [program, "classify", "-", "--model", "m.onnx", "--json"], { cwd: folder });
    child.stdin.end(readFileSync(join(folder, "photos/b.png")));
    const [line] = linesOf(await finished(child));
    expect(line!.file).toBe("-");
    expectClose(byClass(line!), await logitsOf(preprocessing));
  });

  it("takes a network by name with weights, its published preprocessing, and what flags change of it", async () => {
    const by = "classify photos/b.png --json --model seresnet20 --classes 3 --weights w.safetensors";
    const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const published: Preprocessing = { height: 32, width: 32, resize: 32, interpolation: "bilinear", ...imagenet };
    const [line] = linesOf(await senet(by));
    expectClose(byClass(line!), await logitsOf(published));
    expect(line!.answers!.every(({ index, label }) => label === String(index))).toBe(true);
    const changes = "--crop-pct 0.8 --interpolation lanczos --rounding nearest --mean 0,0,0 --std 1,1,1";
    const [changed] = linesOf(await senet(`${by} ${changes}`));
    const other = { mean: [0, 0, 0], std: [1, 1, 1] };
    expectClose(
      byClass(changed!),
      await logitsOf({ ...published, ...other, resize: 40, interpolation: "lanczos", rounding: "nearest" }),
    );
  });

  it("asks a model of the hub, prepared as its config.json says", async () => {
    const server = await HubServer.start();
    server.repositories.set("timm/small.in3", oneCommit(smallFiles(3)));
    try {
      const env = { HF_ENDPOINT: server.endpoint, HF_HOME: join(folder, "home") };
      const [line] = linesOf(await senet("classify photos/b.png --json --model timm/small.in3", env));
      const said = { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] };
      expectClose(byClass(line!), await logitsOf({ ...preprocessing, resize: 35, ...said }));
      for (const { index, label } of line!.answers!) expect(label).toBe(["cat", "dog", "eel"][index]);
    } finally {
      server.stop();
    }
  });

  it("takes photos for inputs that are not square, and what they lose", async () => {
    const by = "classify photos/b.png --json --model seresnet20 --classes 3 --weights w.safetensors --size 24x40";
    const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const whole: Preprocessing = { height: 24, width: 40, resize: [24, 40], interpolation: "bilinear", ...imagenet };
    const [line] = linesOf(await senet(by));
    expectClose(byClass(line!), await logitsOf(whole));
    for (const cropMode of ["squash", "border"] as const) {
      const [changed] = linesOf(await senet(`${by} --crop-mode ${cropMode} --crop-pct 0.8`));
      expectClose(byClass(changed!), await logitsOf({ ...whole, resize: [30, 50], cropMode }));
    }
  });

  it("asks a model of the hub whose config.json has such inputs and a border, and the file it becomes", async () => {
    const server = await HubServer.start();
    const pretrained_cfg = { ...smallConfig.pretrained_cfg, input_size: [3, 40, 24], crop_mode: "border" };
    server.repositories.set("timm/narrow.in3", oneCommit(smallFiles(3, { ...smallConfig, pretrained_cfg })));
    try {
      const env = { HF_ENDPOINT: server.endpoint, HF_HOME: join(folder, "home") };
      const line = "classify photos/b.png --json --model";
      const [direct] = linesOf(await senet(`${line} timm/narrow.in3`, env));
      const said = { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] };
      const narrow = { height: 40, width: 24, resize: [44, 26], cropMode: "border", interpolation: "bicubic" } as const;
      expectClose(byClass(direct!), await logitsOf({ ...narrow, ...said }));
      expect((await senet("pull timm/narrow.in3", env)).stdout).toContain(
        "images   inside 44x26 with a border in the mean's colour (bicubic), middle 40x24",
      );
      await senet("export timm/narrow.in3 -o narrow.onnx", env);
      expect(linesOf(await senet(`${line} narrow.onnx`))).toEqual([direct]);
    } finally {
      server.stop();
    }
  });

  it("asks a converted file, which says all that is needed", async () => {
    await senet("convert w.safetensors converted.onnx --model seresnet20 --classes 3");
    await senet("export seresnet20 --weights w.safetensors --classes 3 -o exported.onnx");
    const line = "classify photos/b.png --json --model";
    const [byName] = linesOf(await senet(`${line} seresnet20 --classes 3 --weights w.safetensors`));
    expect(linesOf(await senet(`${line} converted.onnx`))).toEqual([byName]);
    expect(linesOf(await senet(`${line} exported.onnx`))).toEqual([byName]);
  });

  it("takes names of classes from a file", async () => {
    writeFileSync(join(folder, "labels.txt"), "x\ny\nz\n");
    const [line] = linesOf(await senet("classify photos/b.png --json --model m.onnx --labels labels.txt"));
    for (const { index, label } of line!.answers!) expect(label).toBe("xyz"[index]);
  });

  it.each([
    ["classify photos --model seresnet20", /^senet: --weights: got none for seresnet20; give a \.pth/],
    ["classify photos --model seresnet2", /unknown model "seresnet2".*did you mean "seresnet20"\?/],
    [
      "classify photos/b.png --model bare.onnx",
      /^senet: bare\.onnx: does not say how its input is normalised; give mean and std.* \(--mean, --std\)$/m,
    ],
    [
      "classify photos --model m.onnx --size 32x",
      /--size: got "32x"; expected whole numbers from 1 to 65,535: one, or height x/,
    ],
    ["classify photos --model m.onnx --shortcut A", /--shortcut: got A with a file; expected it with a network's name/],
    ["classify photos --model m.onnx --crop-pct 2", /--crop-pct: got 2; expected a share above 0, up to 1/],
    [
      "classify photos --model m.onnx --labels photos/notes.txt",
      /--labels: got 1 names in photos\/notes\.txt; expected 3/,
    ],
    [
      "classify photos --model w.safetensors",
      /weights alone go with their network's name as the model \(--weights\)$/m,
    ],
    ["classify photos --model m.onnx --json --csv", /'--json' cannot be used with option '--csv'/],
    ["classify photos --model m.onnx --top 0", /--top: got 0; expected a whole number from 1/],
    ["classify --model m.onnx", /got no <photos>; give one, --help shows where/],
  ])("%s is told in a line", async (line, message) => {
    const { code, stdout, stderr } = await senet(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("refuses a folder without images", async () => {
    mkdirSync(join(folder, "empty"));
    expect((await senet("classify empty --model m.onnx")).stderr).toMatch(
      /^senet: empty: got a folder without images;/,
    );
  });
});

const data = process.env.SENET_TEST_DATA;

describe.skipIf(data === undefined)("published weights (in SENET_TEST_DATA)", () => {
  it("gives timm's answers to 200 photos, from JPEG to logits", async () => {
    const photos = join(data!, "imagenet-200");
    const file = join(data!, "weights/tf_mobilenetv3_small_100.safetensors");
    const model = ["--model", "tf_mobilenetv3_small_100", "--weights", file];
    const done = await runSenet(folder, "classify", photos, ...model, "--json", "--top", "1000");
    expect(done.code).toBe(0);
    const answers = new Map(linesOf(done).map(({ file, answers }) => [file, answers!]));
    const timm = readNpy(join(photos, "logits_tf_mobilenetv3_small_100.npy"));
    const { rows } = parseCsv(readFileSync(join(photos, "labels.csv"), "utf8"), "labels.csv");
    let [farthest, same, top1, top5] = [0, 0, 0, 0];
    for (const [n, [name, label]] of rows.entries()) {
      const ranked = answers.get(join(photos, name!))!;
      const theirs = timm.subarray(1000 * n, 1000 * (n + 1));
      for (const { index, logit } of ranked) farthest = Math.max(farthest, Math.abs(logit - theirs[index]!));
      if (ranked[0]!.index === theirs.indexOf(Math.max(...theirs))) same++;
      const rank = ranked.findIndex(({ index }) => index === Number(label));
      if (rank < 1) top1++;
      if (rank < 5) top5++;
    }
    expect({ photos: rows.length, same, top1: (100 * top1) / 200, top5: (100 * top5) / 200 }).toEqual({
      photos: 200,
      same: 200,
      top1: 85.5,
      top5: 98,
    });
    expect(farthest).toBeLessThan(1e-3);
  });
});

/** The values of a float32 array in numpy's file format, version 1. */
function readNpy(path: string): Float32Array {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}
