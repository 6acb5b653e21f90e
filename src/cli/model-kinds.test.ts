import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { initialise } from "../graph/initialise.js";
import { readModel } from "../graph/node/read-model.js";
import { writeModel } from "../graph/node/write-model.js";
import { readCard, withCard } from "../models/card/model-card.js";
import { createModel } from "../models/index.js";
import { randomTensor } from "../testing/random-tensor.js";
import { HubServer } from "../weights/hub/node/hub-server.test.helper.js";
import {
  jsonBytes,
  oneCommit,
  smallConfig,
  smallFiles,
  smallWeights,
} from "../weights/hub/node/timm-repository.test.helper.js";
import { readSafetensors, writeSafetensors } from "../weights/safetensors/safetensors.js";
import { finished, runSenet, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-model-kinds-"));
const server = await HubServer.start();
afterAll(() => {
  vi.unstubAllEnvs();
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const at = (path: string) => join(folder, path);
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const good = async (line: string) => {
  const done = await senet(line);
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return done;
};
const tensorsOf = (file: string) => readSafetensors(readFileSync(at(file))).tensors;

const se = "timm/small.in3";
const plain = "timm/plain.in3";
const weights = smallWeights(1);
const plainNet = createModel("resnet20", { classes: 3 });
const plainWeights = initialise(plainNet, 2);
const plainFiles = {
  "config.json": jsonBytes({ ...smallConfig, architecture: "resnet20" }),
  "model.safetensors": writeSafetensors(plainWeights),
};
server.repositories.set(se, oneCommit(smallFiles(1)));
server.repositories.set(plain, oneCommit(plainFiles));
server.repositories.set("timm/foreign", oneCommit(smallFiles(1, { ...smallConfig, architecture: "vit_tiny" })));
server.repositories.set("timm/gated", oneCommit(smallFiles(1), "gated"));
const misshapen = initialise(createModel("seresnet20", { classes: 5 }), 1);
server.repositories.set(
  "timm/misshapen",
  oneCommit({ ...smallFiles(1), "model.safetensors": writeSafetensors(misshapen) }),
);

const card = { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], resize: 35, interpolation: "bicubic" as const };
const photos = ["cat", "dog", "eel"];

beforeAll(async () => {
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HOME", at("home"));
  vi.stubEnv("HF_HUB_CACHE", undefined);
  vi.stubEnv("HF_TOKEN", undefined);
  const graph = createModel("seresnet20", { classes: 3 });
  const described = { ...card, classes: photos, provenance: {} };
  mkdirSync(at("run"));
  mkdirSync(at("plain"));
  mkdirSync(at("empty"));
  writeModel(at("net.onnx"), { graph: withCard(graph, described), weights });
  writeModel(at("run/model.onnx"), { graph: withCard(graph, described), weights });
  writeModel(at("plain/model.onnx"), { graph: plainNet, weights: plainWeights });
  writeFileSync(at("w.safetensors"), writeSafetensors(weights));
  writeFileSync(at("x.safetensors"), writeSafetensors(new Map([["x", randomTensor([2, 3, 32, 32], 1)]])));
  for (const [c, name] of photos.entries()) {
    mkdirSync(at(`photos/train/${name}`), { recursive: true });
    mkdirSync(at(`photos/val/${name}`), { recursive: true });
    for (let i = 0; i < 4; i++) {
      const background = { r: 60 * c, g: 50 * i, b: 200 - 60 * c };
      const image = sharp({ create: { width: 40, height: 36, channels: 3, background } });
      await image.png().toFile(at(`photos/${i < 3 ? "train" : "val"}/${name}/${i}.png`));
    }
  }
});
beforeEach(() => server.reset());

/** What names the same network with the same weights. */
const kinds = [
  "net.onnx",
  "run",
  se,
  ...["w.safetensors", "run", se].map((w) => `seresnet20 --classes 3 --weights ${w}`),
];

describe("a model and weights of every kind", () => {
  it("give the same logits", async () => {
    const logits = [];
    for (const [i, model] of kinds.entries()) {
      await good(`run --model ${model} --input x.safetensors --output y${i}.safetensors`);
      logits.push(tensorsOf(`y${i}.safetensors`));
    }
    for (const other of logits) expect(other).toEqual(logits[0]);
  });

  it("are exported to the same weights, with what their source says of images and classes", async () => {
    for (const [i, model] of kinds.entries()) {
      await good(`export ${model} -o exported${i}.onnx --offline`);
      const exported = readModel(at(`exported${i}.onnx`));
      expect(exported.weights).toEqual(weights);
      if (model.includes("w.safetensors")) continue; // a file of tensors says nothing
      expect(readCard(exported.graph)).toMatchObject({ ...card, classes: photos });
    }
  });

  it("are measured alike", async () => {
    const results = [];
    for (const model of kinds.filter((model) => !model.includes("w.safetensors"))) {
      const { stdout } = await good(`eval --model ${model} --data folder:photos --json --no-report`);
      const { top1, loss } = JSON.parse(stdout) as { top1: number; loss: number };
      results.push([top1, loss]);
    }
    for (const other of results) expect(other).toEqual(results[0]);
  });

  it("are counted and timed", async () => {
    const counts = [];
    for (const model of ["seresnet20 --classes 3", "net.onnx", "run", se]) {
      const { params, macs } = JSON.parse((await good(`profile ${model} --json`)).stdout) as Record<string, number>;
      counts.push([params, macs]);
    }
    for (const other of counts) expect(other).toEqual(counts[0]);
    const timed = JSON.parse((await good(`bench infer --model run,${se} --rounds 1 --json`)).stdout);
    expect(timed.map(({ params }: { params: number }) => params)).toEqual([counts[0]![0], counts[0]![0]]);
    for (const model of ["net.onnx", "run", se]) {
      const { stdout } = await good(`bench train --model ${model} --batch 2 --steps 1 --json`);
      expect(JSON.parse(stdout)).toMatchObject({ model, input: [3, 32, 32], steps: 1 });
    }
  });
});

describe("grey images", () => {
  const summed = "for 3 channels, summed over them for 1: conv1.weight";

  it("are taken with the sum of the first kernel over its channels, and the middle of mean and std", async () => {
    const kernel = weights.get("conv1.weight")!;
    const sums = Array.from({ length: 16 * 9 }, (_, i) => {
      const at = (channel: number) => Number(kernel.data[(Math.floor(i / 9) * 3 + channel) * 9 + (i % 9)]);
      return Math.fround(Math.fround(at(0) + at(1)) + at(2));
    });
    for (const [i, model] of kinds.entries()) {
      const { stderr } = await good(`export ${model} --input 1x32x32 -o grey${i}.onnx`);
      expect(stderr).toContain(summed);
      const exported = readModel(at(`grey${i}.onnx`));
      const { "conv1.weight": first, ...rest } = Object.fromEntries(exported.weights);
      expect([first!.shape, Array.from(first!.data, Number)]).toEqual([[16, 1, 3, 3], sums]);
      for (const [name, tensor] of Object.entries(rest)) expect(tensor, name).toEqual(weights.get(name));
      if (model.includes("w.safetensors")) continue;
      const said = readCard(exported.graph);
      expect([said.mean, said.std]).toEqual([[expect.closeTo(0.2, 12)], [0.5]]);
      expect(said.classes).toEqual(photos);
    }
  });

  it("are tested, classified, trained and compared on with every kind of model alike", async () => {
    const results = [];
    for (const model of kinds.filter((model) => !model.includes("w.safetensors"))) {
      const tested = await good(`eval --model ${model} --channels 1 --data folder:photos --json --no-report`);
      const { top1, loss } = JSON.parse(tested.stdout) as { top1: number; loss: number };
      const answers = await good(`classify photos/val/cat/3.png --model ${model} --channels 1 --json`);
      results.push([top1, loss, JSON.parse(answers.stdout)]);
      expect([tested.stderr, answers.stderr]).toEqual([
        expect.stringContaining(summed),
        expect.stringContaining(summed),
      ]);
    }
    for (const other of results) expect(other).toEqual(results[0]);
    const training = "--data folder:photos --channels 1 --size 32 --batch 4 --epochs 1";
    for (const [i, model] of ["net.onnx", `seresnet20 --weights ${se}`].entries()) {
      const { stderr } = await good(`train --model ${model} ${training} --no-report --out grey-run${i}`);
      expect(stderr).toContain(summed);
      expect(stderr).toContain("pixels     mean 0.2; std 0.5; as the weights have it");
      const { stderr: again } = await good(`eval --model grey-run${i} --data folder:photos --no-report`);
      expect(again).not.toContain("channels");
    }
    const { stderr } = await good(`compare net.onnx plain ${training} --lr 0.01 --seeds 1 --out grey-compared`);
    expect(stderr.match(/summed over them/g)).toHaveLength(2);
  });

  it("ask for the flag where the data has other channels than the model", async () => {
    const letters = createModel("seresnet20", { classes: 26, input: [1, 32, 32] });
    const said = {
      mean: [0.5],
      std: [0.5],
      classes: [..."abcdefghijklmnopqrstuvwxyz"].map((name) => name.toUpperCase()),
    };
    writeModel(at("letters.onnx"), {
      graph: withCard(letters, { ...said, provenance: {} }),
      weights: initialise(letters, 1),
    });
    const line = "eval --model letters.onnx --data glyphs --test-limit 8 --no-report";
    expect(await senet(line)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("; ask it for 3 (--channels)"),
    });
    expect((await good(`${line} --channels 3`)).stderr).toContain(
      "for 1 channel, repeated and scaled for 3: conv1.weight",
    );
  });
});

describe("senet insert", () => {
  it("puts blocks into all of them alike", async () => {
    await good(`export ${plain} -o plain.onnx`);
    const lines = ["plain.onnx", "plain", plain, `plain.onnx --weights ${plain}`];
    for (const [i, model] of lines.entries()) {
      const { stdout, stderr } = await good(`insert ${model} -o se${i}.onnx --offline --reduction 4`);
      expect([stdout, stderr]).toEqual([expect.stringMatching(/^se\d.onnx: 9 blocks: 9 × residual branch/), ""]);
      if (model.includes(plain)) expect(stdout).toContain("\nweights: timm/plain.in3@1111111\n");
    }
    const [first, ...others] = lines.map((_, i) => readModel(at(`se${i}.onnx`)));
    for (const other of others) expect(other.weights).toEqual(first!.weights);
    expect(readCard(readModel(at("se2.onnx")).graph)).toMatchObject({ ...card, classes: photos });
    await good("run --model plain.onnx --input x.safetensors --output before.safetensors");
    await good("run --model se2.onnx --input x.safetensors --output after.safetensors");
    const [before, after] = ["before", "after"].map((file) => tensorsOf(`${file}.safetensors`).get("logits")!.data);
    for (const [i, logit] of (after as Float32Array).entries()) expect(logit).toBeCloseTo(Number(before![i]), 5);
  });

  it("takes a network by name, and weights for it", async () => {
    const drawn = JSON.parse((await good("insert resnet20 -o drawn.onnx --seed 3 --json")).stdout);
    expect(drawn).toMatchObject({ model: "resnet20", weights: "the first of seed 3", out: "drawn.onnx" });
    expect(drawn.sites.length).toBe(9);
    const given = initialise(createModel("resnet20"), 4);
    writeFileSync(at("ten.safetensors"), writeSafetensors(given));
    await good("insert resnet20 --weights ten.safetensors -o given.onnx");
    expect(readModel(at("given.onnx")).weights.get("conv1.weight")).toEqual(given.get("conv1.weight"));
  });

  it("fetches no weights to show what it would do", async () => {
    server.repositories.set("timm/unseen", oneCommit(plainFiles));
    expect((await good("insert timm/unseen --dry-run")).stdout).toContain("timm/unseen: 9 blocks");
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });
});

describe("senet train", () => {
  const data = "--data folder:photos --size 32 --batch 3 --epochs 1 --threads 1 --data-workers 1";

  it("starts from published weights, normalises as they were trained, and keeps what is not learned", async () => {
    const { stderr } = await good(`train --model seresnet20 --weights ${se} ${data} --train head --out head --offline`);
    expect(stderr).not.toContain("anew"); // the repository names the same classes
    const { graph, weights: trained } = readModel(at("head/model.onnx"));
    expect(readCard(graph)).toMatchObject({ mean: card.mean, std: card.std, classes: photos });
    const moved = [...trained].filter(([name, { data }]) => !Buffer.from(data.buffer).equals(bytesOf(name)));
    expect(moved.map(([name]) => name)).toEqual(["fc.weight", "fc.bias"]);
  });

  it("goes on from a run's folder", async () => {
    const again = await good(`train --model run --weights ${se} ${data} --train head --out again --offline`);
    expect(again.stdout).toMatch(/^run: [\d.]+ % top-1/);
  });

  const bytesOf = (name: string) => Buffer.from(weights.get(name)!.data.buffer as ArrayBuffer);

  it("starts the last layer anew for others, which then has to learn", async () => {
    const line = `train --model seresnet20 --weights ${se} --data glyphs --train-limit 32 --test-limit 8 --batch 16 --epochs 1`;
    const { stderr } = await good(`${line} --train head --out letters`);
    expect(stderr).toContain("senet: fc.weight, fc.bias start anew, for 26 classes\n");
    const frozen = await senet(`${line} --train gates --out frozen`);
    expect(frozen).toMatchObject({ code: 2, stdout: "" });
    expect(frozen.stderr).toMatch(/^senet: seresnet20: got data of other classes, .* and fc.weight frozen; .*\n$/);
  });

  it("keeps on Ctrl-C what came of the weights, and goes on from there", async () => {
    const files = smallFiles(7);
    const large = files["model.safetensors"]!;
    server.repositories.set("timm/slow", oneCommit(files));
    server.mischief = ({ host }, _, response) => {
      if (host === "cdn") response.writeHead(200, { "content-length": large.length }).write(large.subarray(0, 4e5));
      return host === "cdn";
    };
    const line = `train --model seresnet20 --weights timm/slow ${data} --out slow`;
    const child = startSenet(folder, ...line.split(" "));
    const done = finished(child);
    const blobs = at("home/hub/models--timm--slow/blobs");
    const kept = () => {
      try {
        const part = readdirSync(blobs).find((name) => name.endsWith(".incomplete"));
        return part === undefined ? 0 : statSync(join(blobs, part)).size;
      } catch {
        return 0;
      }
    };
    while (kept() < 4e5) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    expect(await done).toEqual({
      code: 130,
      stderr: "\nstopping; what came is kept, the same command goes on from there\n",
      stdout: "",
    });
    server.reset();
    await good(line);
    expect(server.seen.filter(({ host }) => host === "cdn").map(({ range }) => range)).toEqual(["bytes=400000-"]);
  });
});

it("senet compare takes runs and hub ids", async () => {
  const few = "--data folder:photos --size 32 --batch 3 --epochs 1 --seeds 1 --threads 1 --data-workers 1";
  const { stdout } = await good(`compare --models run,${plain} ${few} --out compared --json --offline`);
  const { models } = JSON.parse(stdout) as { models: { name: string; attention: string }[] };
  expect(models.map(({ name, attention }) => [name, attention])).toEqual([
    ["run", "gates"],
    ["plain.in3", "none"],
  ]);
});

describe("senet convert", () => {
  it("takes weights of a run and of the hub", async () => {
    await good(`convert ${se} hub.safetensors --offline`);
    await good("convert run run.safetensors");
    expect(tensorsOf("hub.safetensors")).toEqual(weights);
    expect(tensorsOf("run.safetensors")).toEqual(weights);
    await good(`convert ${se} hub.onnx --offline`);
    expect(readCard(readModel(at("hub.onnx")).graph)).toMatchObject({ ...card, classes: photos });
    const listed = JSON.parse((await good(`convert ${se} --list --json --offline`)).stdout);
    expect(listed).toMatchObject({ in: se, format: "safetensors" });
    expect(listed.tensors.length).toBe(weights.size);
  });
});

describe("what cannot be had or does not fit", () => {
  const x = "--input x.safetensors --output y.safetensors";
  const three = "seresnet20 --classes 3";

  it.each([
    ["export seresnet20 --weights timm/nothing -o o.onnx", "no file timm/nothing here, and timm/nothing: no such"],
    [
      "export seresnet20 --weights timm/nothing --offline -o o.onnx",
      "no file timm/nothing here, and timm/nothing: it is",
    ],
    [
      `insert ${plain}@nowhere -o o.onnx`,
      'timm/plain.in3: got revision "nowhere"; expected a branch, tag or commit of',
    ],
    ["insert timm/gated -o o.onnx", "timm/gated: it is gated; accept its terms at"],
    [`train --model ${three} --weights timm/gated --data glyphs`, "unknown option '--classes'"],
    ["train --model seresnet20 --weights timm/gated --data glyphs", "timm/gated: it is gated; accept its terms at"],
    ["insert timm/foreign -o o.onnx", "timm/foreign@1111111: got a vit_tiny; expected the name of a network"],
    [
      `run --model ${three} --weights timm/foreign ${x}`,
      "timm/foreign@1111111: got a vit_tiny; expected the name of a network",
    ],
    [
      `run --model ${three} --weights ${plain} ${x}`,
      "timm/plain.in3@1111111, a resnet20, does not fit seresnet20 (36 missing: layer1.0.se.fc1.weight, ",
    ],
    [
      `train --model resnet20 --weights ${se} --data glyphs`,
      "timm/small.in3@1111111, a seresnet20, does not fit resnet20 (36 surplus: layer1.0.se.fc1.weight, ",
    ],
    [
      `export seresnet20 --weights ${se} -o o.onnx`,
      "does not fit seresnet20 (2 misshapen: fc.weight (got [3,64]; expected [10,64]), fc.bias",
    ],
    [
      "insert timm/misshapen -o o.onnx --force",
      "timm/misshapen@1111111/model.safetensors does not fit seresnet20 (2 missh",
    ],
    [`run --model ${three} --weights seresnet20 ${x}`, "--weights: got seresnet20, a network's name; expected a .pth,"],
    [`run --model ${three} --weights gone/w.pth ${x}`, "cannot read gone/w.pth"],
    [`run --model ${three} --weights empty ${x}`, "empty: got a folder without model.onnx and best.onnx"],
    ["insert empty --dry-run", "empty: got a folder without model.onnx and best.onnx"],
    ["profile empty", "empty: got a folder without model.onnx and best.onnx"],
    ["bench train --model empty", "empty: got a folder without model.onnx and best.onnx"],
    ["train --model w.safetensors --data glyphs", "got w.safetensors; expected a network by its published name"],
    ["bench infer --model w.safetensors", "got w.safetensors; expected a network by its published name"],
    ["bench train --model run --classes 5", "--classes: got 5 with a file; expected it with a network's name"],
    ["profile run --attention eca", "--attention: got eca with a file; expected it with a network's name"],
    [
      `train --model ${se} --shortcut A --data glyphs`,
      "--shortcut: got A with a hub id; expected it with a network's name",
    ],
    [`convert ${se} o.onnx --model seresnet20`, "--model: got seresnet20 with a hub id; expected none"],
  ])("%s: one line, exit code 2", async (line, message) => {
    const { code, stdout, stderr } = await senet(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  it("is told before weights of another network are fetched", async () => {
    server.repositories.set("timm/large", oneCommit(plainFiles));
    expect(await senet(`run --model ${three} --weights timm/large ${x}`)).toMatchObject({ code: 2 });
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });
});

it("senet --help loads neither the hub nor an engine", async () => {
  const coverage = at("coverage");
  process.env.NODE_V8_COVERAGE = coverage; // lists every module that was loaded
  try {
    expect(await finished(startSenet(folder, "--help"))).toMatchObject({ code: 0 });
  } finally {
    delete process.env.NODE_V8_COVERAGE;
  }
  const reports = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), "utf8"));
  const urls = reports.flatMap((text) =>
    (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
  expect(urls.some((url) => url.endsWith("/cli/program.js"))).toBe(true);
  expect(urls.filter((url) => /@huggingface|onnxruntime|sharp|weights\/node\//.test(url))).toEqual([]);
});
