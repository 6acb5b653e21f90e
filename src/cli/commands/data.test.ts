import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { homes } from "../../data/homes.js";
import { buildTar } from "../../files/build-tar.test.helper.js";
import { runSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-cli-data-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string) => runSenet(folder, ...line.split(" "));

beforeAll(async () => {
  for (const [c, name] of ["black", "whitish"].entries()) {
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
        classes: ["black", "whitish"],
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
    // Six images, enlarged 14 times, with names below them.
    const { data, info } = await sharp(join(folder, "sheet.png")).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([4 + 6 * 116, 4 + 136, 3]);
    const part = (left: number, top: number, height: number) =>
      Buffer.concat(
        Array.from({ length: height }, (_, y) =>
          data.subarray(((top + y) * 700 + left) * 3, ((top + y) * 700 + left + 112) * 3),
        ),
      );
    const cells = [0, 1, 2, 3, 4, 5].map((n) => ({
      bytes: new Set(part(4 + n * 116, 4, 112)),
      name: part(4 + n * 116, 116, 20),
    }));
    const [black, white] = [0, 255].map((byte) => cells.filter(({ bytes }) => bytes.size === 1 && bytes.has(byte)));
    expect([black!.length, white!.length]).toEqual([3, 3]);
    const [name, other] = [black![0]!.name, white![0]!.name];
    expect([Math.min(...name) < 128, Math.min(...other) < 128, name.equals(other)]).toEqual([true, true, false]);
    for (const same of [black!, white!]) for (const { name } of same) expect(name.equals(same[0]!.name)).toBe(true);
    const text = (await senet("data show folder:set --size 8 --augmented --sheet again.png")).stdout;
    expect(text).toContain("set: 6 training and 2 test images of 2 classes");
    expect(text).toContain("mean: 0.5000 0.5000 0.5000  std: 0.5000 0.5000 0.5000  (of 6 images)");
  });

  it("shortens long names on the sheet, whatever is in them", async () => {
    const names = ["a & b <i>", `w${"o".repeat(80)}`];
    for (const name of names) {
      mkdirSync(join(folder, "odd", name), { recursive: true });
      for (let i = 0; i < 2; i++) {
        writeFileSync(join(folder, "odd", name, `${i}.png`), await sharp(join(folder, "set/black/0.png")).toBuffer());
      }
    }
    expect((await senet("data show folder:odd --size 16 --channels 1 --sheet odd.png")).code).toBe(0);
    const { data, info } = await sharp(join(folder, "odd.png")).raw().toBuffer({ resolveWithObject: true });
    const gap = Array.from({ length: 20 }, (_, y) => data[((4 + 112 + y) * info.width + 4 + 112 + 1) * 3]!);
    expect(new Set(gap)).toEqual(new Set([255])); // no name reaches the next image
  });

  it("measures each channel, in a last batch of few images as well, and passes over bad files where it is told to", async () => {
    const red = { create: { width: 9, height: 9, channels: 3, background: "#ff0000" } } as const;
    mkdirSync(join(folder, "reds/red"), { recursive: true });
    for (let i = 0; i < 39; i++) {
      await sharp(red)
        .png()
        .toFile(join(folder, `reds/red/${i}.png`));
    }
    writeFileSync(join(folder, "reds/red/none.jpg"), "");
    const show = "data show folder:reds --size 8 --holdout 0.001 --json";
    expect(await senet(show)).toMatchObject({ code: 2, stdout: "" });
    const { code, stdout, stderr } = await senet(`${show} --on-bad-image skip`);
    expect(stderr).toMatch(/^senet: reds: got one class, red, .*\nsenet: left out reds\/red\/none.jpg: .*\n$/);
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
      expect(unknown.stderr).toMatch(/^senet: got "imagenete"; expected one of .*; did you mean "imagenette"\?\n$/);
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
