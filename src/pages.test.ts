import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foreignFlags } from "./cli/flags/foreign-words.js";
import { tQuantile } from "./evaluate/student-t.js";
import { initialise } from "./graph/initialise.js";
import { writeOnnx } from "./graph/onnx/write-onnx.js";
import { createModel } from "./models/index.js";
import { browser, openInBrowser } from "./testing/browser.js";
import { noiseImage } from "./testing/noise-image.js";
import { PageReader } from "./testing/page-reader.js";
import { type PageStep, stepsOf } from "./testing/page-steps.js";
import { writeSafetensors } from "./weights/safetensors/safetensors.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const textOf = (page: string) => readFileSync(join(root, "docs", page), "utf8");

/**
 * Takes the steps of a page, each as a test, in a folder that is prepared as the page expects it.
 * @param missing what a step lacks on this machine, so that it is skipped.
 * @returns who follows the page, once its tests run.
 */
function follow(
  page: string,
  prepare: (reader: PageReader) => Promise<void>,
  missing: (step: PageStep) => string | undefined = () => undefined,
): () => PageReader {
  let reader: PageReader;
  beforeAll(async () => {
    reader = new PageReader({ HF_HUB_OFFLINE: "1", HF_HUB_CACHE: "hub" });
    await prepare(reader);
  });
  afterAll(() => reader.end());
  for (const step of stepsOf(textOf(page))) {
    const lacks = missing(step);
    const name = lacks === undefined ? step.name : `${step.name} (${lacks})`;
    it.skipIf(step.skipped !== undefined || lacks !== undefined)(name, () => reader.take(step));
  }
  return () => reader;
}

/** Photos of two classes: pictures of ImageNet where they are on this machine, else noise of two tints. */
async function writePhotos(reader: PageReader): Promise<void> {
  const real = join(process.env.SENET_TEST_DATA ?? "", "imagenet-200");
  const pictures = existsSync(real) ? readdirSync(real).filter((name) => name.endsWith(".JPEG")) : [];
  const photo = async (n: number): Promise<Buffer> => {
    if (pictures.length > 0) return readFileSync(join(real, pictures[n]!));
    const { data, ...raw } = noiseImage(80 + n, 60, 3, false);
    const image = sharp(data, { raw: { ...raw, channels: 3 } });
    return image
      .tint(n % 2 === 0 ? "teal" : "gold")
      .jpeg()
      .toBuffer();
  };
  for (let n = 0; n < 32; n++) {
    const path = [n < 24 ? "train" : "val", n % 2 === 0 ? "ants" : "bees", `${n}.jpg`].join("/");
    reader.write(`photos/${path}`, await photo(n));
  }
  reader.write("bee.jpg", await photo(33));
}

/** The file of an exporter that leaves class names and preprocessing to others. */
async function writeNetwork(reader: PageReader): Promise<void> {
  const graph = createModel("resnet20", { classes: 2, input: [3, 32, 32] });
  reader.write("network.onnx", writeOnnx(graph, initialise(graph, 1)));
}

/** A published network as the hub has it, in the cache; and the file of its weights. */
async function writePublished(reader: PageReader): Promise<void> {
  const name = "tf_mobilenetv3_small_100";
  const real = join(process.env.SENET_TEST_DATA ?? "", `weights/${name}.safetensors`);
  const weights = existsSync(real) ? readFileSync(real) : writeSafetensors(initialise(createModel(name), 1));
  const configs: { name: string; config: object }[] = JSON.parse(
    readFileSync(join(root, "tests/goldens/timm-configs.json"), "utf8"),
  );
  const { config } = configs.find((one) => one.name === `${name}.in1k`)!;
  const [folder, commit] = [`hub/models--timm--${name}.in1k`, "a".repeat(40)];
  reader.write(`${folder}/refs/main`, commit);
  reader.write(`${folder}/snapshots/${commit}/config.json`, JSON.stringify(config));
  reader.write(`${folder}/snapshots/${commit}/model.safetensors`, weights);
  reader.write(`${name}.safetensors`, weights);
}

/** `SENET_ONNXRUNTIME_WEB` names the folder of the package, which is none of ours; its types are onnxruntime-common's. */
const web = [process.env.SENET_ONNXRUNTIME_WEB, join(root, "node_modules/onnxruntime-web")].find(
  (path) => path !== undefined && existsSync(path),
);

function installWeb(reader: PageReader): void {
  if (web !== undefined) {
    reader.install("onnxruntime-web", web);
    return;
  }
  reader.install("onnxruntime-common", join(root, "node_modules/onnxruntime-common"));
  const exported = { "./wasm": { types: "./index.d.ts" } };
  reader.write("node_modules/onnxruntime-web/package.json", JSON.stringify({ exports: exported }));
  reader.write("node_modules/onnxruntime-web/index.d.ts", 'export * from "onnxruntime-common";\n');
}

describe("docs/photos.md", () => {
  const reader = follow(
    "photos.md",
    async (reader) => {
      await writePhotos(reader);
      await writePublished(reader);
      installWeb(reader);
    },
    ({ text }) => (web === undefined && /esbuild|^cp /.test(text) ? "onnxruntime-web is not there" : undefined),
  );
  const bySenet = async () =>
    probabilities(JSON.parse(await reader().run("senet classify --model runs/bees bee.jpg --json")).answers);

  it("answers in the server as senet classify does", async () => {
    const served = probabilities(JSON.parse(reader().said("curl")));
    expect([...served.keys()].sort()).toEqual(["ants", "bees"]);
    for (const [label, probability] of await bySenet()) expect(served.get(label)).toBeCloseTo(probability, 6);
  });

  it("tells who sends no photo so", async () => {
    const address = `http://localhost:${reader().port("8080")}`;
    const answer = await fetch(address, { method: "POST", body: "no photo" });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("no image")]);
  });

  it.skipIf(web === undefined || browser === undefined)("answers in the browser as senet classify does", async () => {
    const shown = probabilities(JSON.parse(await inBrowser(reader())));
    for (const [label, probability] of await bySenet()) expect(shown.get(label)).toBeCloseTo(probability, 4);
  });
});

/** Probabilities by the names of classes. */
function probabilities(answers: readonly { label: string; probability: number }[]): Map<string, number> {
  return new Map(answers.map(({ label, probability }) => [label, probability]));
}

/** What the page shows of the photo, which is given to its field as a user would. */
async function inBrowser(reader: PageReader): Promise<string> {
  const server = createServer((request, response) => {
    server.emit("result", text(request));
    response.setHeader("access-control-allow-origin", "*").end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const report = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  reader.write("www/bee.jpg", readFileSync(join(reader.folder, "bee.jpg")));
  reader.write(
    "www/try.html",
    `${reader.read("www/index.html")}<script type="module">
      const [input, output] = [document.querySelector("input"), document.querySelector("pre")];
      const report = (text) => fetch("${report}", { method: "POST", body: text });
      addEventListener("error", (event) => report(event.message ?? event.target.src + " is not there"), true);
      addEventListener("unhandledrejection", (event) => report(String(event.reason)));
      new MutationObserver(() => report(output.textContent)).observe(output, { childList: true });
      const files = new DataTransfer();
      files.items.add(new File([await (await fetch("bee.jpg")).blob()], "bee.jpg"));
      input.files = files.files;
      input.dispatchEvent(new Event("change"));
    </script>`,
  );
  try {
    const [result] = await openInBrowser(`http://127.0.0.1:${reader.port("8000")}/try.html`, once(server, "result"));
    return await (result as Promise<string>);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("docs/own-network.md", () => {
  const reader = follow("own-network.md", async () => {});

  it("learns to tell the sides", () => {
    const said = reader().said("npx tsc");
    expect(Number(/^([\d.]+) %/.exec(said)?.[1])).toBeGreaterThan(95);
    expect(said).toMatch(/\nleft [01]\.\d{3}\n$/);
  });
});

describe("docs/onnx-file.md", () => {
  const reader = follow("onnx-file.md", async (reader) => {
    await writePhotos(reader);
    await writeNetwork(reader);
  });

  it("leaves every answer as it was by inserting", () => {
    const [before, inserted] = ["before.json", "inserted.json"].map((name) => JSON.parse(reader().read(name)));
    expect(inserted).toMatchObject({ predictions: before.predictions, top1: before.top1 });
    expect(inserted.loss).toBeCloseTo(before.loss, 5);
  });
});

describe("docs/is-se-worth-it.md", () => {
  follow("is-se-worth-it.md", writePhotos);

  it("says how wide intervals are as Student's t has it", () => {
    const rows = [...textOf("is-se-worth-it.md").matchAll(/^\| (\d+) \| ([\d.]+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, seeds, width] of rows) {
      const exact = tQuantile(0.975, Number(seeds) - 1) / Math.sqrt(Number(seeds));
      expect(exact.toFixed(width!.split(".")[1]!.length)).toBe(width);
    }
  });
});

describe("docs/gpu-and-cluster.md", () => {
  const reader = follow("gpu-and-cluster.md", async () => {});

  it("merges seeds to what compare says of them", async () => {
    const said = await reader().run(
      "senet compare --models resnet20,seresnet20 --data glyphs --epochs 2 --batch 32 --seeds 2 --out runs/both " +
        "--epochs 1 --train-limit 64 --test-limit 64 --json",
    );
    const { gain, interval } = JSON.parse(said).comparisons[0];
    const line = `gain ${gain.toFixed(2)} points, 95 % interval ${interval.map((end: number) => end.toFixed(2)).join(" to ")}\n`;
    expect(reader().said("npx tsc --target")).toBe(line);
  });
});

describe("docs/coming-from.md", () => {
  follow("coming-from.md", writePhotos);
  const rows = textOf("coming-from.md")
    .split("\n")
    .filter((line) => /^\| .*`/.test(line))
    .map((line) => line.split("|").slice(1, -1));
  const ours = [...readFileSync(join(root, "docs/cli.md"), "utf8").matchAll(/`(?:-\w, )?(--[\w-]+)/g)].map(
    ([, flag]) => flag!,
  );

  /** Flags in the cells of other tools: `--batch-size`, `-b`, `imgsz=`. */
  const theirs = rows.flatMap((cells) => {
    const texts = cells.slice(0, -1).flatMap((cell) => [...cell.matchAll(/`(-[^`]+|\w+=)`/g)].map(([, word]) => word!));
    const flags = texts.map((word) => (word.endsWith("=") ? `--${word.slice(0, -1).replaceAll("_", "-")}` : word));
    return flags.map((flag) => ({ flag, here: cells.at(-1)! }));
  });

  it("names flags that the command line understands, or answers", () => {
    expect(theirs.length).toBeGreaterThan(50);
    const unknown = theirs.filter(({ flag }) => !ours.includes(flag) && !Object.hasOwn(foreignFlags, flag));
    expect(unknown).toEqual([]);
  });

  it("says of each what the command line says", () => {
    const other = theirs.filter(({ flag, here }) => {
      const means = Object.hasOwn(foreignFlags, flag) ? foreignFlags[flag]!.means : flag;
      return means !== undefined && !here.includes(`\`${means}`);
    });
    expect(other).toEqual([]);
  });

  it("names flags and functions that are there", async () => {
    const entries = ["senet", "graph", "layers", "step", "data", "weights", "node"];
    const modules = await Promise.all(entries.map((name) => import(`./exports/${name}.js`)));
    const names = new Set(modules.flatMap((module) => Object.keys(module)));
    const here = rows.map((cells) => cells.at(-1)!).join("\n");
    const flags = [...here.matchAll(/`(--[\w-]+)/g)].map(([, flag]) => flag!);
    const functions = [...here.matchAll(/`(?:new )?([a-zA-Z]+)(?=[`(])/g)].map(([, name]) => name!);
    expect([flags.length > 30, functions.length > 25]).toEqual([true, true]);
    expect(flags.filter((flag) => !ours.includes(flag))).toEqual([]);
    expect(functions.filter((name) => !names.has(name))).toEqual([]);
  });
});
