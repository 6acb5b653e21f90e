import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildTar } from "../data/build-tar.test.helper.js";
import { homes } from "../data/homes.js";

const program = fileURLToPath(new URL("./index.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "senet-cli-data-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function senet(line: string) {
  const child = spawn(process.execPath, [program, ...line.split(" ")], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

beforeAll(async () => {
  for (const [c, name] of ["black", "white"].entries()) {
    mkdirSync(join(folder, "set", name), { recursive: true });
    const background = { r: 255 * c, g: 255 * c, b: 255 * c };
    for (let i = 0; i < 4; i++) {
      await sharp({ create: { width: 20 + i, height: 10, channels: 3, background } })
        .png()
        .toFile(join(folder, "set", name, `${i}.png`));
    }
  }
});

describe("homes", () => {
  it("say where every file is, with checksums in the form of MD5", () => {
    const files = Object.values(homes).flatMap(({ files }) => files);
    expect(files.length).toBeGreaterThan(12);
    for (const { home, md5 } of files) {
      expect(home).toMatch(/^https?:\/\/.*\/$/);
      if (md5 !== undefined) expect(md5).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

describe("senet data", () => {
  it("lists what is read and what can be fetched", async () => {
    const { stdout } = await senet("data list");
    for (const text of ["folder:DIR", "tar:GLOB", "cifar10 ", "tiny-imagenet"]) expect(stdout).toContain(text);
    const { homes: listed } = JSON.parse((await senet("data list --json")).stdout) as { homes: { name: string }[] };
    expect(listed.map(({ name }) => name)).toEqual(Object.keys(homes));
  });

  it("shows where a dataset comes from", async () => {
    const { stdout } = await senet("data show tiny-imagenet");
    expect(stdout).toContain("248,100,043 bytes, no checksum published");
    expect(stdout).toContain("--data folder:DIR/tiny-imagenet-200");
  });

  it("shows what is in a dataset, and a sheet of it", async () => {
    const { code, stdout } = await senet("data show folder:set --size 8 --holdout 0.25 --json --sheet sheet.png");
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        name: "set",
        classes: ["black", "white"],
        input: [3, 8, 8],
        train: { images: 6, perClass: [3, 3] },
        test: { images: 2, perClass: [1, 1] },
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        measured: 6,
        width: [20, expect.any(Number), 23],
        height: [10, 10, 10],
      },
    ]);
    const { data, info } = await sharp(join(folder, "sheet.png")).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, new Set(data)]).toEqual([48, 8, new Set([0, 255])]);
    const text = (await senet("data show folder:set --size 8 --augmented --sheet again.png")).stdout;
    expect(text).toContain("set: 6 training and 2 test images of 2 classes");
    expect(text).toContain("mean: 0.5000 0.5000 0.5000  std: 0.5000 0.5000 0.5000  (of 6 images)");
  });

  it("measures each channel, in a last batch of few images as well, and passes over bad files where it is told to", async () => {
    const red = { create: { width: 9, height: 9, channels: 3, background: "#ff0000" } } as const;
    mkdirSync(join(folder, "reds/red"), { recursive: true });
    for (let i = 0; i < 39; i++)
      await sharp(red)
        .png()
        .toFile(join(folder, `reds/red/${i}.png`));
    writeFileSync(join(folder, "reds/red/none.jpg"), "");
    const show = "data show folder:reds --size 8 --holdout 0.001 --json";
    expect(await senet(show)).toMatchObject({ code: 2, stdout: "" });
    const { code, stdout, stderr } = await senet(`${show} --on-bad-image skip`);
    expect(stderr).toMatch(/^senet: left out reds\/red\/none.jpg: .*\n$/);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { mean: [1, 0, 0], std: [0, 0, 0], width: [9, 9, 9] }]);
  });

  it("fetches from a mirror, unpacks, and says how to go on", async () => {
    const image = await sharp(join(folder, "set/black/0.png")).jpeg().toBuffer();
    const paths = ["train/n1/1.JPEG", "train/n1/2.JPEG", "val/n1/3.JPEG"].map((path) => `imagenette2-160/${path}`);
    const archive = gzipSync(buildTar(paths.map((name) => ({ name, content: image }))));
    const server = createServer((request, response) => {
      if (request.url === "/mirror/imagenette2-160.tgz") response.end(archive);
      else response.writeHead(404).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
    try {
      // It is not the archive whose checksum is known: the first thing to notice.
      const wrong = await senet(`data fetch imagenette-160 --to fetched --base ${base}`);
      expect([wrong.code, wrong.stderr]).toEqual([
        2,
        expect.stringMatching(/got content with MD5 .* expected e793b78c.*what came from http.*is removed/),
      ]);
      expect(readdirSync(join(folder, "fetched"))).toEqual([]);
      const absent = await senet(`data fetch mnist --to fetched --base ${base}`);
      expect([absent.code, absent.stderr]).toEqual([2, expect.stringMatching(/train-images-idx3-ubyte.gz: got 404/)]);
      const unknown = await senet("data fetch imagenete --to fetched");
      expect(unknown.stderr).toMatch(
        /^senet: fetchDataset: got "imagenete"; expected one of .*; did you mean "imagenette"\?\n$/,
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("leaves what was fetched and unpacked before as it is", async () => {
    mkdirSync(join(folder, "there/imagenette2-160"), { recursive: true });
    writeFileSync(join(folder, "there/imagenette2-160/x"), "");
    const { code, stdout } = await senet("data fetch imagenette-160 --to there --base http://127.0.0.1:9/");
    expect([code, stdout]).toEqual([
      0,
      "imagenette-160 is in there; use it with --data folder:there/imagenette2-160\n",
    ]);
  });
});
