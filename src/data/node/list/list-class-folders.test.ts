import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageLists } from "../../image-list.js";
import { openFolder } from "../open-images.js";
import { listClassFolders } from "./list-class-folders.js";

const folder = mkdtempSync(join(tmpdir(), "senet-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let png: Buffer;
beforeAll(async () => {
  png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
});

function write(name: string, files: readonly (string | Buffer)[], content: Uint8Array = png): void {
  for (const file of files) {
    const path = Buffer.concat([Buffer.from(`${folder}/${name}/`), Buffer.from(file)]);
    mkdirSync(path.subarray(0, path.lastIndexOf("/")), { recursive: true });
    writeFileSync(path, content);
  }
}

const list = (name: string, options = {}) => listClassFolders(join(folder, name), { holdout: 0.5, ...options });
const counts = ({ classes, train, test }: ImageLists) => ({ classes, train: train.length, test: test.length });

describe("listClassFolders", () => {
  it.each([
    ["Train", "Test"],
    ["TRAIN", "VAL"],
    ["training", "validation"],
    ["training", "testing"],
    ["Training", "Testing"],
    ["training_set", "test_set"],
    ["seg_train", "seg_test"],
    ["train", "valid"],
  ])("takes %s and %s for the halves", async (train, test) => {
    const name = `halves-${train}-${test}`;
    write(
      name,
      ["a/1.png", "a/2.png", "b/1.png"].map((file) => `${train}/${file}`),
    );
    write(
      name,
      ["a/3.png", "b/2.png"].map((file) => `${test}/${file}`),
    );
    expect(counts(await list(name))).toEqual({ classes: ["a", "b"], train: 3, test: 2 });
  });

  it("looks into a folder that stands alone, and into halves that hold themselves", async () => {
    write("deeper", ["set/train/a/1.png", "set/train/b/1.png", "set/test/a/2.png", "set/test/b/2.png", "set/read.txt"]);
    expect(counts(await list("deeper"))).toEqual({ classes: ["a", "b"], train: 2, test: 2 });
    write("twice", ["seg_train/seg_train/a/1.png", "seg_train/seg_train/b/1.png"]);
    write("twice", ["seg_test/seg_test/a/1.png", "seg_test/seg_test/b/1.png"]);
    expect(counts(await list("twice"))).toEqual({ classes: ["a", "b"], train: 2, test: 2 });
  });

  it("leaves a class called train a class", async () => {
    write("vehicles", ["bus/1.png", "bus/2.png", "train/1.png", "train/2.png"]);
    expect(counts(await list("vehicles"))).toEqual({ classes: ["bus", "train"], train: 2, test: 2 });
  });

  it("takes every ending of the formats, none where the first bytes tell, and says what it leaves out", async () => {
    const taken = ["1.PNG", "2.jfif", "3.jpe", "4.tif", "5.bmp", "6.ppm", "7", "8.jpg_large"];
    write(
      "mixed",
      [...taken, "n.svg", "n.heic", "n.HEIC"].map((file) => `a/${file}`),
    );
    write("mixed", ["a/README", "a/page.0123456"], Buffer.from("no image"));
    write("mixed", ["b/1.png", "b/.hidden.png", "b/@eaDir/1.png"]);
    write("mixed", ["__MACOSX/a/1.png"]);
    const lists = await list("mixed");
    expect(lists.train.length + lists.test.length).toBe(taken.length + 1);
    expect(lists.notices).toEqual([
      {
        kind: "left-out-files",
        source: join(folder, "mixed"),
        files: 5,
        endings: [
          [".heic", 2],
          [".0123456", 1],
          [".svg", 1],
          ["without an ending", 1],
        ],
      },
    ]);
    write("plain", ["a/1.png", "a/2.png", "b/1.png"]);
    expect((await list("plain")).notices).toEqual([]);
  });

  it("knows a class by its name, however its accents are written", async () => {
    write("accents", ["train/caf\u00e9/1.png", "train/b/1.png", "test/cafe\u0301/1.png", "test/b/1.png"]);
    expect(counts(await list("accents"))).toEqual({ classes: ["b", "caf\u00e9"], train: 2, test: 2 });
    write("both", ["caf\u00e9/1.png", "cafe\u0301/2.png", "b/1.png"]);
    expect((await list("both")).classes).toEqual(["b", "caf\u00e9"]);
  });

  it.skipIf(process.platform !== "linux")("reads names that are no UTF-8", async () => {
    const named = (text: string) => Buffer.from(text, "latin1");
    write("bytes", [named("caf\xe9/1.png"), named("caf\xe9/2\xfc.png"), "dog/1.png", "dog/2.png"]);
    const dataset = await openFolder(join(folder, "bytes"), { size: 8, holdout: 0.5, workers: 1 });
    expect(dataset.classes).toEqual(["caf\u00e9", "dog"]);
    const seen: number[] = [];
    for (const split of [dataset.train, dataset.test]) {
      for await (const { y } of split.batches({ batch: 2 })) seen.push(...Array.from(y, Number));
    }
    expect(seen.sort()).toEqual([0, 0, 1, 1]);
    expect(await dataset.train.contents!()).toMatch(/^[0-9a-f]{64}$/);
    await dataset.close();
  });

  it("refuses an empty class folder by its name", async () => {
    write("hollow", ["a/1.png", "a/2.png"]);
    mkdirSync(join(folder, "hollow/b"));
    await expect(list("hollow")).rejects.toThrow(/hollow\/b: got no images; .*remove the folder if it is no class/);
  });
});

describe("openFolder", () => {
  const notices = async (name: string) => {
    const dataset = await openFolder(join(folder, name), { holdout: 0.5 });
    await dataset.close();
    return dataset.notices ?? [];
  };

  it("questions a single class, and classes of one half alone", async () => {
    write("single", ["a/1.png", "a/2.png"]);
    expect(await notices("single")).toEqual([{ kind: "single-class", source: "single", name: "a" }]);
    write("few", ["a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png"]);
    expect(await notices("few")).toEqual([{ kind: "one-sided-classes", without: "test", classes: ["c"] }]);
  });

  it("warns of 16-bit grey that becomes white, and not of other greys", async () => {
    const grey = (value: number) =>
      sharp(new Uint16Array(64).fill(value), { raw: { width: 8, height: 8, channels: 1 } }).toColourspace("grey16");
    const files = ["a/1", "a/2", "b/1", "b/2"];
    write(
      "white",
      files.map((file) => `${file}.png`),
      await grey(40_000).png().toBuffer(),
    );
    expect(await notices("white")).toEqual([{ kind: "clipped-image", name: expect.stringContaining("white/") }]);
    write(
      "white-tiff",
      files.map((file) => `${file}.tif`),
      await grey(40_000).tiff({ compression: "lzw" }).toBuffer(),
    );
    expect(await notices("white-tiff")).toMatchObject([{ kind: "clipped-image" }]);
    write(
      "dark",
      files.map((file) => `${file}.png`),
      await grey(200).png().toBuffer(),
    );
    expect(await notices("dark")).toEqual([]);
  });

  it("hashes contents so that a copy has the same, and a changed image another", async () => {
    const contents = async (name: string) => {
      const dataset = await openFolder(join(folder, name), { holdout: 0.5 });
      return (await Promise.all([dataset.train.contents!(), dataset.test.contents!()])).join();
    };
    const other = await sharp({ create: { width: 8, height: 8, channels: 3, background: "navy" } })
      .png()
      .toBuffer();
    for (const name of ["one", "copy", "changed"]) write(name, ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]);
    write("changed", ["b/2.png"], other);
    expect(await contents("copy")).toBe(await contents("one"));
    expect(await contents("changed")).not.toBe(await contents("one"));
  });

  it("refuses more threads than the machine serves", async () => {
    for (const workers of [0, 1.5, 100_000]) {
      await expect(openFolder(join(folder, "one"), { workers })).rejects.toThrow(
        `got workers ${workers}; expected a whole number from 1`,
      );
    }
  });
});
