import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCsv } from "../../data/csv.js";
import { GraphBuilder } from "../../graph/builder.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { withCard } from "../../models/card/model-card.js";
import { type Finished, interrupted, runSenet, startOnTerminal } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-eval-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string): Promise<Finished> => runSenet(folder, ...line.split(" "));
const text = (path: string) => readFileSync(join(folder, path), "utf8");

/** What `--json` prints. */
interface Result {
  readonly images: number;
  readonly top1: number;
  readonly top5: number;
  readonly partial: boolean;
  readonly skipped: number;
  readonly calibration: { readonly ece: number };
  readonly confusion: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly predictions: readonly number[];
}
const resultOf = ({ stdout }: Finished) => JSON.parse(stdout) as Result;

/** A model whose logits are ten times the mean red, green and blue of an image of 8×8. */
function colourModel(card: boolean): Uint8Array {
  const g = new GraphBuilder("colours");
  const means = g.call("GlobalAveragePool", [g.input("x", "float32", ["N", 3, 8, 8])]);
  g.output(g.call("Mul", [g.call("Flatten", [means]), g.scalar(10)]), "logits");
  const classes = ["red", "green", "blue"];
  const like = { classes, mean: [0, 0, 0], std: [1, 1, 1], resize: 10, provenance: { data: "pictures" } };
  return writeOnnx(card ? withCard(g.build(), like) : g.build(), new Map());
}

function write(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(async () => {
  write("colours.onnx", colourModel(true));
  write("bare.onnx", colourModel(false));
  for (const [c, name] of ["red", "green", "blue"].entries()) {
    for (let i = 0; i < 4; i++) {
      // One blue one is rather green.
      const seen = c === 2 && i === 0 ? 1 : c;
      const [r, g, b] = [0, 1, 2].map((channel) => (channel === seen ? 200 : 40 * i)) as [number, number, number];
      const image = sharp({ create: { width: 20 + i, height: 14, channels: 3, background: { r, g, b } } });
      write(`pictures/${name}/${i}.png`, await image.png().toBuffer());
    }
  }
  write("pictures/labels.csv", "file,label\nred/0.png,red\nblue/0.png,blue\ngreen/3.png,green\n");
  write("bad/red/0.png", readFileSync(join(folder, "pictures/red/0.png")));
  write("bad/blue/1.png", readFileSync(join(folder, "pictures/blue/1.png")));
  write("bad/blue/0.png", readFileSync(join(folder, "pictures/blue/0.png")).subarray(0, 60));
  write("many/red.png", readFileSync(join(folder, "pictures/red/0.png")));
  write("many/labels.csv", `file,label\n${"red.png,red\n".repeat(30_000)}`);
});

describe("senet eval", () => {
  it("prints the figures, and writes a page and the same figures beside it", async () => {
    const { code, stdout, stderr } = await senet("eval --model colours.onnx --data csv:pictures/labels.csv --out said");
    expect([code, stderr]).toEqual([0, "The report: said/report.html\n"]);
    expect(stdout).toMatch(/^colours.onnx on pictures\/labels.csv: 3 images of 3 classes, [\d.,]+ images\/s.\n\n/);
    expect(stdout).toContain("top-1   66.67 %   95 % interval 20.8 to 93.9");
    expect(JSON.parse(text("said/results.json"))).toMatchObject({ images: 3, partial: false, predictions: [0, 1, 1] });
    const page = text("said/report.html");
    expect(page).toContain("blue/0.png");
    expect(page).toContain('src="data:image/jpeg;base64,');
    const again = await senet("eval --model colours.onnx --data csv:pictures/labels.csv --out said");
    expect([again.code, again.stderr]).toEqual([
      2,
      "senet: --out: said already holds report.html; choose a new folder\n",
    ]);
  });

  it.each(["", " --tta flip", " --tta ten-crop --batch 25"])("measures class folders%s", async (views) => {
    const folderOf = "--data folder:pictures --holdout 1";
    const found = await senet(`eval --model colours.onnx ${folderOf} --no-report --json${views}`);
    expect(found.stderr).toBe("");
    expect(resultOf(found)).toMatchObject({
      images: 12,
      classes: ["red", "green", "blue"],
      confusion: [
        [4, 0, 0],
        [0, 4, 0],
        [0, 1, 3],
      ],
    });
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  it("tests on all files, but of those it was trained on on what was held out then", async () => {
    const count = async (data: string) =>
      resultOf(await senet(`eval --model colours.onnx --data ${data} --no-report --json`)).images;
    expect(await count("folder:pictures")).toBe(3);
    expect(await count("csv:pictures/labels.csv")).toBe(3);
    symlinkSync(join(folder, "pictures"), join(folder, "others"));
    rmSync(join(folder, "pictures/labels.csv"));
    expect(await count("folder:others")).toBe(12);
    write("pictures/labels.csv", "file,label\nred/0.png,red\nblue/0.png,blue\ngreen/3.png,green\n");
  });

  it("takes the names of the folders, sorted, for a model that has none", async () => {
    const how = "--mean 0,0,0 --std 1,1,1 --no-report --json";
    const found = resultOf(await senet(`eval --model bare.onnx --data folder:pictures ${how}`));
    expect(found.classes).toEqual(["blue", "green", "red"]);
    expect(found.confusion[0]).toEqual([0, 1, 3]); // its first class is red
  });

  it("leaves out what cannot be read when told so, and does not count it", async () => {
    const line = "eval --model colours.onnx --data folder:bad --no-report --json";
    const failed = await senet(line);
    expect([failed.code, failed.stderr]).toEqual([2, expect.stringMatching(/^senet: bad\/blue\/0.png: got no image/)]);
    const found = await senet(`${line} --on-bad-image skip`);
    expect(found.stderr).toMatch(/^senet: left out bad\/blue\/0.png: [^\n]+\n$/);
    expect(resultOf(found)).toMatchObject({ images: 2, skipped: 1, top1: 100, predictions: [-1, 2, 0] });
  });

  /** `results.json` but for what belongs to the run that made it. */
  const lasting = (path: string) => {
    const { created, command, seconds, imagesPerSecond, ...rest } = JSON.parse(text(path)) as Record<string, unknown>;
    return JSON.stringify(rest);
  };

  it.each([
    ["class folders", "--data folder:pictures --holdout 1 --batch 5", 2],
    ["more parts than batches", "--data csv:pictures/labels.csv --batch 2", 3],
    ["several views", "--data folder:pictures --holdout 1 --tta ten-crop --batch 20", 3],
    ["images that are left out", "--data folder:bad --on-bad-image skip --batch 1", 2],
  ])("by parts that are merged gives what one process finds, to the byte: %s", async (name, data, parts) => {
    const line = `eval --model colours.onnx ${data}`;
    const of = (part: number) => `${name.replaceAll(" ", "-")}-${part}`;
    await senet(`${line} --out ${of(0)}`);
    for (let part = 1; part <= parts; part++) {
      const { code, stdout } = await senet(`${line} --shard ${part}/${parts} --out ${of(part)}`);
      expect([code, stdout]).toEqual([0, ""]);
    }
    const folders = Array.from({ length: parts }, (_, i) => of(parts - i)).join(" ");
    const { code, stdout, stderr } = await senet(`eval --merge ${folders} --out ${of(9)}`);
    expect([code, stderr]).toEqual([0, `The report: ${of(9)}/report.html\n`]);
    expect(stdout).toContain("top-1");
    expect(lasting(`${of(9)}/results.json`)).toBe(lasting(`${of(0)}/results.json`));
    const pictures = (path: string) => text(path).match(/data:image[^"]+/g);
    expect(pictures(`${of(9)}/report.html`)).toEqual(pictures(`${of(0)}/report.html`));
  });

  it("refuses to merge what is not all parts of one evaluation", async () => {
    const line = "eval --model colours.onnx --data csv:pictures/labels.csv --batch 1";
    for (const part of [1, 2]) await senet(`${line} --shard ${part}/3 --out third-${part}`);
    await senet(`${line} --tta flip --shard 3/3 --out other-3`);
    for (const [folders, about] of [
      ["third-1 third-2", "got 2 of 3 parts; part 3 missing"],
      ["third-1 third-2 third-1", "got part 1 of 3 twice, in third-1 too; expected each once"],
      [
        "third-1 other-3",
        "got third-1 and other-3, which are of different evaluations; expected parts of one, with the",
      ],
      ["pictures", "got pictures, which holds no part of an evaluation (ENOENT"],
    ] as const) {
      const { code, stderr } = await senet(`eval --merge ${folders} --no-report`);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`senet: --merge: ${about}`)]);
    }
    for (const [flags, about] of [
      ["--shard 4/3 --out x", "--shard: got 4/3; expected a part of all, such as 3/8"],
      ["--shard 1/3", "--shard: got no --out; expected a folder for the part, such as --out part1"],
    ] as const) {
      const { code, stderr } = await senet(`${line} ${flags}`);
      expect([code, stderr]).toEqual([2, `senet: ${about}\n`]);
    }
  });

  it("says on Ctrl-C what it has measured so far, and that this is not all", async () => {
    const line = "eval --model colours.onnx --data csv:many/labels.csv --batch 4 --out stopped";
    let shown = "";
    const begin = () => {
      rmSync(join(folder, "stopped"), { recursive: true, force: true });
      shown = "";
      const child = startOnTerminal(folder, ...line.split(" "));
      child.stderr!.on("data", (part) => {
        shown += part;
      });
      return child;
    };
    const { code, stdout, stderr } = await interrupted(begin, () => /\d\/30000 images/.test(shown));
    expect(code).toBe(130);
    expect(stderr).toContain("stopping after this batch; once more ends at once");
    const [, images] = /\nPartial: stopped after ([\d,]+) of 30,000 images\.\n/.exec(stdout) ?? [];
    const seen = Number(images!.replace(",", ""));
    expect(seen).toBeGreaterThan(0);
    const results = JSON.parse(text("stopped/results.json")) as Result;
    expect(results).toMatchObject({ partial: true, images: seen, top1: 100 });
    expect(text("stopped/report.html")).toContain("Partial");
  });

  it.each([
    [
      "--model colours.onnx --data imagenet:pictures",
      /^imagenet:pictures: got a model of 3 classes; expected 1000; for other classes give folder:DIR or csv:FILE$/,
    ],
    [
      "--model colours.onnx --data glyphs",
      /^colours.onnx: it takes images 3x8x8 of 3 classes; got glyphs with 3x32x32 and 26; give the data/,
    ],
    ["--model colours.onnx --data folder:pictures --tta both", /^--tta: got "both"; expected one of flip, ten-crop$/],
    ["--model colours.onnx --data folder:pictures --crop-pct 1 --resize 7 --tta flip", /unknown option '--resize'/],
    ["--model resnet20 --data glyphs", /^--weights: got none for resnet20; give a .pth, .safetensors or .onnx file/],
    ["--model colours.onnx --data folder:pictures --batch 0", /^--batch: got 0; expected a whole number from 1 to /],
  ])("refuses %s in one line", async (line, message) => {
    const { code, stdout, stderr } = await senet(`eval ${line}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^senet: [^\n]+\n$/);
    expect(stderr.slice("senet: ".length, -1)).toMatch(message);
  });
});

const real = process.env.SENET_TEST_DATA;
describe.skipIf(real === undefined || !existsSync(join(real, "imagenet-200")))("photos and published weights", () => {
  const weights = `--model tf_mobilenetv3_small_100 --weights ${real}/weights/tf_mobilenetv3_small_100.safetensors`;

  it("of MobileNetV3 give 85.5 % and 98.0 %", async () => {
    const found = await senet(`eval ${weights} --data csv:${real}/imagenet-200/labels.csv --json --no-report`);
    const { images, top1, top5, calibration } = resultOf(found);
    expect([images, top1, top5]).toEqual([200, 85.5, 98]);
    expect(calibration.ece).toBeCloseTo(0.166085, 4); // of the logits by timm, computed with NumPy
  });

  it("have the same classes in folders of synsets, some of the 1000", async () => {
    const { rows } = parseCsv(readFileSync(join(real!, "imagenet-200/labels.csv"), "utf8"), "labels.csv");
    const some = rows.filter((_, i) => i % 8 === 3);
    for (const [file, , synset] of some) {
      mkdirSync(join(folder, "imagenet/val", synset!), { recursive: true });
      symlinkSync(join(real!, "imagenet-200", file!), join(folder, "imagenet/val", synset!, "a.JPEG"));
    }
    for (const data of ["imagenet:imagenet", "folder:imagenet/val"]) {
      const { images, confusion, predictions } = resultOf(
        await senet(`eval ${weights} --data ${data} --json --no-report`),
      );
      expect(images).toBe(some.length);
      const seen = confusion.flatMap((row, label) => (row.some((count) => count > 0) ? [label] : []));
      expect(seen).toEqual(some.map(([, index]) => Number(index)));
      expect(predictions.filter((predicted, i) => predicted === seen[i]).length).toBeGreaterThan(0.7 * some.length);
    }
  });

  it("of ResNet-20 with option A are 91.73 % right on CIFAR-10", async () => {
    const network = `--model resnet20 --shortcut A --weights ${real}/weights/resnet20_cifar10_optionA.th`;
    const found = await senet(
      `eval ${network} --data cifar10:${real}/cifar-10-binary-20k.tar.gz --json --no-report --batch 128`,
    );
    expect(resultOf(found)).toMatchObject({ images: 10_000, top1: 91.73 });
  });
});
