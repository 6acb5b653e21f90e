import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../../errors.js";
import { buildTar } from "../../../files/build-tar.test.helper.js";
import type { Batch } from "../../batch.js";
import type { BatchOptions } from "../../split.js";
import { type OpenOptions, openDataset } from "../open.js";
import type { ImageDataset } from "../open-images.js";

let folder: string;
const opened: ImageDataset[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "senet-images-"));
  for (const [c, name] of ["cat", "dog", "eel"].entries()) {
    for (let i = 0; i < 8; i++) await write(`plain/${name}/${i}.${kinds[i % kinds.length]}`, await picture(c * 8 + i));
  }
});
afterAll(async () => {
  await Promise.all(opened.map((dataset) => dataset.close()));
  await rm(folder, { recursive: true });
});

const kinds = ["png", "jpg", "webp", "JPEG"];

/** A picture of one colour that tells its number: red is 10 · n. */
function picture(n: number, { width = 20 + n, height = 16 } = {}): Promise<Buffer> {
  const background = { r: n * 10, g: 100, b: 255 - n * 10 };
  const image = sharp({ create: { width, height, channels: 3, background } });
  const kind = kinds[n % kinds.length]!;
  return (
    kind === "png" ? image.png() : kind === "webp" ? image.webp({ lossless: true }) : image.jpeg({ quality: 100 })
  ).toBuffer();
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(join(folder, dirname(path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function open(spec: string, options: OpenOptions = {}): Promise<ImageDataset> {
  const dataset = (await openDataset(spec.replace(":", `:${folder}/`), {
    size: 8,
    workers: 2,
    ...options,
  })) as ImageDataset;
  opened.push(dataset);
  return dataset;
}

const raw = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

async function all(dataset: ImageDataset, options: Partial<BatchOptions> = {}, split: "train" | "test" = "train") {
  const list: Batch[] = [];
  for await (const batch of dataset[split].batches({ batch: 5, statistics: raw, ...options })) list.push(batch);
  return list;
}

/** The numbers of the pictures in some batches, by their red. */
function numbers(batches: readonly Batch[]): number[] {
  return batches.flatMap(({ x, size }) => Array.from({ length: size }, (_, n) => Math.round(x[n * 192]! / 10)));
}

describe("a folder of class folders", () => {
  it("gives normalised pixels with their labels, one share held out of each class", async () => {
    const dataset = await open("folder:plain", { holdout: 0.25 });
    const { name, classes, channels, height, width, train, test, mean, augment } = dataset;
    expect({ name, classes, channels, height, width }).toEqual({
      name: "plain",
      classes: ["cat", "dog", "eel"],
      channels: 3,
      height: 8,
      width: 8,
    });
    expect(mean).toEqual([0.485, 0.456, 0.406]);
    expect(augment).toMatchObject({ flip: true, randomResizedCrop: { scale: [0.08, 1] } });
    expect([train.length, test.length]).toEqual([18, 6]);
    const [batches, held] = [await all(dataset), await all(dataset, {}, "test")];
    expect(batches.map(({ size }) => size)).toEqual([5, 5, 5, 3]);
    const [trained, tested] = [numbers(batches), numbers(held)];
    expect([...trained, ...tested].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, n) => n));
    expect(trained).toEqual(trained.toSorted((a, b) => a - b)); // in the order of the names
    for (const list of [batches, held]) {
      expect(list.flatMap(({ y }) => [...y].map(Number))).toEqual(numbers(list).map((n) => Math.floor(n / 8)));
    }
    expect(Array.from(test.labels)).toEqual([0, 0, 1, 1, 2, 2]);
    for (const { x } of batches) for (let i = 64; i < 128; i++) expect(Math.abs(x[i]! - 100)).toBeLessThan(2);
  });

  it("gives the same bytes whatever the number of threads, the batch size, and where a pass resumes", async () => {
    const augment = {
      flip: true,
      pad: 1,
      randomResizedCrop: { scale: [0.2, 1], ratio: [0.75, 1.33], interpolation: "random" },
      randAugment: "rand-m9-mstd0.5-inc1",
      colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
      randomErasing: { probability: 0.5, mode: "pixel", minArea: 0.02, maxArea: 0.3, minAspect: 0.3, count: 1 },
    } as const;
    const mix = { mixup: 0.2, cutmix: 1, probability: 0.7 };
    const unmixed = { seed: 3, epoch: 2, shuffle: true, augment, dropLast: true };
    const options = { ...unmixed, mix };
    const one = await all(await open("folder:plain", { workers: 1 }), options);
    const three = await open("folder:plain", { workers: 3 });
    expect(await all(three, options)).toEqual(one);
    expect(await all(three, { ...options, start: 2 })).toEqual(one.slice(2));
    const images = (list: Batch[]) =>
      new Map(
        list.flatMap(({ x, indices }) =>
          [...indices].map((index, n) => [index, [...x.subarray(n * 192, n * 192 + 192)]]),
        ),
      );
    const small = images(await all(three, { ...unmixed, dropLast: false }));
    expect(images(await all(three, { ...unmixed, dropLast: false, batch: 21 }))).toEqual(small);
    expect(small.size).toBe(21);
    expect(images(await all(three, { ...unmixed, dropLast: false, epoch: 3 }))).not.toEqual(small);
  });

  it("finds images in sub-folders and behind links, leaves out hidden and other files, follows no circle", async () => {
    await write("deep/train/a/x/y/1.png", await picture(0));
    await write("deep/train/a/2.PNG", await picture(4));
    await write("deep/train/a/.hidden.png", "no image");
    await write("deep/train/a/notes.txt", "no image");
    await write("deep/train/.git/1.png", "no image");
    await write("deep/val/b/1.png", await picture(8));
    await write("elsewhere/3.png", await picture(8));
    await symlink(join(folder, "elsewhere"), join(folder, "deep/train/b"));
    await symlink("../a", join(folder, "deep/train/a/again"));
    await symlink("nowhere", join(folder, "deep/train/a/broken.png"));
    const dataset = await open("folder:deep");
    expect(dataset.classes).toEqual(["a", "b"]);
    expect(numbers(await all(dataset))).toEqual([4, 0, 8]);
    expect([Array.from(dataset.test.labels), numbers(await all(dataset, {}, "test"))]).toEqual([[1], [8]]);
  });

  it("gives grey images to grey networks", async () => {
    const dataset = await open("folder:plain", { channels: 1, holdout: 1, testLimit: 12 });
    expect([dataset.channels, dataset.mean, dataset.test.length]).toEqual([1, [0.449], 12]);
    const [first] = await all(dataset, { batch: 12, statistics: { mean: [0], std: [1 / 255] } }, "test");
    expect([first!.x.length, first!.x[0]]).toEqual([
      12 * 64,
      expect.closeTo(0.299 * 0 + 0.587 * 100 + 0.114 * 255, -0.3),
    ]);
    expect([...first!.y].map(Number)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]); // a limit takes of all classes
  });

  it("takes the classes of a model in its order, and their folders only", async () => {
    const dataset = await open("folder:plain", { classes: ["eel", "fox", "dog", "cat"], holdout: 1 });
    expect([...new Set(Array.from(dataset.test.labels))]).toEqual([3, 2, 0]);
    await expect(open("folder:plain", { classes: ["cat", "dog"] })).rejects.toThrow(
      'plain: got class "eel"; expected one of the 2 classes cat, dog',
    );
  });

  it("keeps absolute paths of a table, reads other separators, and tells files in several rows", async () => {
    for (const file of ["t/a/1.png", "t/a/2.png", "t/b/1.png", "t/b/2.png"]) await write(file, await picture(1));
    const table = `file;label\n${folder}/t/a/1.png;a\nt\\a\\2.png;a\nt/b/1.png;b\nt/b/2.png;b\nt/b/2.png;a\n`;
    await write("table.csv", Buffer.from(`\ufeff${table}`, "utf16le"));
    const dataset = await open("csv:table.csv", { holdout: 0.5 });
    expect(dataset.notices).toEqual([
      {
        kind: "repeated-files",
        source: join(folder, "table.csv"),
        files: 1,
        contradictory: 1,
        first: "t/b/2.png",
        labels: ["b", "a"],
      },
    ]);
    for (const split of [dataset.train, dataset.test]) {
      for await (const { size } of split.batches({ batch: 8 })) expect(size).toBe(split.length);
    }
  });

  it("tells the bound of class numbers before anything is made of them", async () => {
    await write("huge.csv", "file,index\na.png,0\nb.png,1000000000\n");
    await expect(open("csv:huge.csv")).rejects.toThrow(
      'got class number "1000000000" in row 2; expected a whole number from 0 to 65534',
    );
    for (const label of ["99999999999", "4294967296", "65535"]) {
      await write(
        "huge.tar",
        buildTar([
          { name: "1.png", content: await picture(1) },
          { name: "1.cls", content: label },
        ]),
      );
      await expect(open("tar:huge.tar")).rejects.toThrow(`got class number ${label}; expected 0 to 65534`);
    }
    await expect(open("tar:x-{0..9999999999}.tar")).rejects.toThrow("got a range of more than 100000 shards");
  });

  it("explains what is no dataset", async () => {
    await write("flat/1.png", await picture(1));
    await write("hollow/a/1.png", await picture(1));
    await mkdir(join(folder, "hollow/b"));
    await write("single/a/1.png", await picture(1));
    const message = async (spec: string, options: OpenOptions = {}) =>
      String(await open(spec, options).catch((error: unknown) => error)).replaceAll(`${folder}/`, "");
    expect(await message("folder:flat")).toBe(
      "UserError: flat: got images (1.png) but no folders; expected one folder per class, with its images inside",
    );
    expect(await message("folder:hollow")).toContain("hollow/b: got no images; expected files of JPEG, PNG");
    expect(await message("folder:single")).toContain("single: got one image of each class; expected at least two");
    expect(await message("folder:flat/1.png")).toBe(
      "UserError: flat/1.png: got a file; expected a folder of class folders",
    );
    expect(await message("folder:nowhere")).toContain("nowhere: got no such file or folder");
    expect(await message("folder:plain", { size: 0 })).toBe(
      "UserError: openDataset: got size 0; expected a whole number from 1 to 65,535",
    );
    expect(await message("folder:plain", { holdout: 2 })).toContain(
      "openDataset: got holdout 2; expected a share above 0",
    );
  });
});

describe("images that cannot be read", () => {
  beforeAll(async () => {
    for (let n = 0; n < 12; n++) await write(`bad/a/${String(n).padStart(2, "0")}.png`, await picture(4 * (n % 6)));
    for (const n of ["03", "04", "11"]) await write(`bad/a/${n}.png`, "no image");
    await write("bad/a/07.png", (await picture(4)).subarray(0, 60));
  });

  it("end the pass with their name", async () => {
    const dataset = await open("folder:bad", { holdout: 1 });
    const error = await all(dataset, { batch: 3 }, "test").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(
      /bad\/a\/0[34].png: got no image that can be read \(.*\); expected a whole JPEG, .* or skip such images$/,
    );
  });

  it("or give their place to the next one in order, alike at every pass and where it resumes", async () => {
    const fresh = () => open("folder:bad", { holdout: 1, onBadImage: "skip" });
    const dataset = await fresh();
    const list = await all(dataset, { batch: 3 }, "test");
    expect(list.flatMap(({ indices }) => [...indices])).toEqual([0, 1, 2, 5, 5, 5, 6, 8, 8, 9, 10, 0]);
    expect(numbers(list)).toEqual([0, 4, 8, 20, 20, 20, 0, 8, 8, 12, 16, 0]);
    expect(await all(dataset, { batch: 3 }, "test")).toEqual(list);
    expect(await all(await fresh(), { batch: 3, start: 1 }, "test")).toEqual(list.slice(1));
    const names = [...dataset.test.skipped.keys()].map((name) => name.slice(-6));
    expect(names.sort()).toEqual(["03.png", "04.png", "07.png", "11.png"]);
    const shuffled = { batch: 4, shuffle: true, seed: 5, epoch: 1, augment: dataset.augment };
    const expected = await all(dataset, shuffled, "test");
    expect(await all(await fresh(), { ...shuffled, start: 2 }, "test")).toEqual(expected.slice(2));
  });

  it("are an error when there is no other", async () => {
    await write("junk/a/1.png", "x");
    await write("junk/a/2.png", "y");
    const dataset = await open("folder:junk", { holdout: 1, onBadImage: "skip" });
    await expect(all(dataset, {}, "test")).rejects.toThrow(/junk\/a\/1.png: got 2 images of which none can be read/);
  });

  it("that are gone since they were listed are named too", async () => {
    await write("gone/a/1.png", await picture(0));
    const dataset = await open("folder:gone", { holdout: 1 });
    await rm(join(folder, "gone/a/1.png"));
    await expect(all(dataset, {}, "test")).rejects.toThrow(/gone\/a\/1.png: got no image that can be read \(ENOENT/);
  });
});

describe("a pass that ends early", () => {
  it("leaves the threads free for the next one", async () => {
    const dataset = await open("folder:plain", { workers: 1 });
    for (let i = 0; i < 5; i++) {
      for await (const { indices } of dataset.train.batches({ batch: 2, statistics: raw })) {
        expect([...indices]).toEqual([0, 1]);
        break;
      }
    }
    expect(await all(dataset)).toHaveLength(5);
    await dataset.close();
    await expect(all(dataset)).rejects.toThrow("the threads that decode images were closed");
  });

  it("refuses options out of range at the call", async () => {
    const dataset = await open("folder:plain");
    expect(() => dataset.train.batches({ batch: 0 })).toThrow("batches: got batch 0; expected a whole number from 1");
  });
});

describe("a table of images", () => {
  it("names files and classes, and splits where it says so", async () => {
    await write(
      "plain/t.csv",
      "file,label,split\ncat/0.png,tom,train\ncat/4.png,tom,val\neel/0.png,eel,Train\ndog/4.png,rex,test\n",
    );
    const dataset = await open("csv:plain/t.csv");
    expect(dataset.classes).toEqual(["eel", "rex", "tom"]);
    expect([Array.from(dataset.train.labels), Array.from(dataset.test.labels)]).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect([numbers(await all(dataset)), numbers(await all(dataset, {}, "test"))]).toEqual([
      [0, 16],
      [4, 12],
    ]);
  });

  it("may number its classes, with names for some", async () => {
    await write(
      "plain/n.csv",
      '\ufefffile,index,synset,label\r\ncat/0.png,2,n1,"tom, cat"\r\ncat/4.png,2,n1,"tom, cat"\r\ndog/0.png,0,n2,rex\r\n',
    );
    const dataset = await open("csv:plain/n.csv", { holdout: 1 });
    expect(dataset.classes).toEqual(["rex", "1", "tom, cat"]);
    expect(Array.from(dataset.test.labels)).toEqual([2, 2, 0]);
  });

  it.each([
    ["", "got an empty file; expected a header such as file,label"],
    ["file,label\n", "got a header without rows; expected one row per image"],
    [
      "name,label\na,b\n",
      "got columns name, label; expected a header with a column for the files: file, filename, path, image",
    ],
    [
      "file,kind\na,b\n",
      "got columns file, kind; expected a header with a column for the classes: index, class_index, class_id, label_id, label",
    ],
    ["file,label\na,b,c\n", "got 3 cells in line 2; expected 2 as in the header"],
    ["file,index\na,-1\n", 'got class number "-1" in row 1; expected a whole number from 0'],
    ["file,label,split\na,b,tset\n", 'got split "tset"; expected train, or test (val, valid, validation)'],
    ["file,label,split\na,b,test\n", "got no images of split train; expected some of train and some of test"],
    ['file,label\n"a,b\n', "got a quote in line 2 that never closes; expected a second one"],
  ])("refuses %j", async (text, message) => {
    await write("wrong.csv", text);
    await expect(open("csv:wrong.csv")).rejects.toThrow(`${folder}/wrong.csv: ${message}`);
  });
});

describe("tar shards", () => {
  const sample = async (n: number, label: Record<string, string>) => [
    { name: `s/${n}.${kinds[n % 4]!.toLowerCase()}`, content: await picture(n) },
    ...Object.entries(label).map(([kind, content]) => ({
      name: `s/${n}.${kind}`,
      content: new TextEncoder().encode(content),
    })),
  ];
  const shard = async (path: string, samples: readonly (readonly [n: number, label: Record<string, string>])[]) => {
    const entries = (await Promise.all(samples.map(([n, label]) => sample(n, label)))).flat();
    await write(path, buildTar(entries));
  };

  it("give their images by the place in the file, labelled by number in .cls or .json", async () => {
    await shard("tars/train-08.tar", [
      [3, { cls: "1\n" }],
      [4, { cls: "0" }],
    ]);
    await shard("tars/train-09.tar", [[5, { json: '{"label": 2, "note": "x"}' }]]);
    await shard("tars/train-10.tar", [
      [6, { cls: "1" }],
      [7, { cls: "0" }],
    ]);
    await shard("tars/val-0.tar", [[9, { cls: "2" }]]);
    const dataset = await open(`tar:tars/train-{08..10}.tar,${folder}/tars/val-*.tar`);
    expect([dataset.classes, Array.from(dataset.train.labels)]).toEqual([
      ["0", "1", "2"],
      [1, 0, 2, 1, 0],
    ]);
    expect([numbers(await all(dataset)), numbers(await all(dataset, {}, "test"))]).toEqual([[3, 4, 5, 6, 7], [9]]);
    const options = { shuffle: true, seed: 1, batch: 2, augment: dataset.augment };
    const order = numbers(await all(dataset, options));
    expect(order.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7]);
    expect(numbers(await all(await open("tar:tars/train-*.tar,".concat(`${folder}/tars/val-0.tar`)), options))).toEqual(
      order,
    );
    expect(order).not.toEqual([3, 4, 5, 6, 7]);
  });

  it("labelled by name in .txt have the sorted names as classes; a part is held out", async () => {
    await shard("named.tar", [
      [1, { txt: "zebra" }],
      [2, { txt: "ant" }],
      [3, { txt: "zebra" }],
      [4, { txt: "ant" }],
    ]);
    const dataset = await open("tar:named.tar");
    expect([dataset.classes, dataset.train.length, dataset.test.length]).toEqual([["ant", "zebra"], 2, 2]);
  });

  it("explain what is wrong with them", async () => {
    await write("packed.tar.gz", "x");
    await shard("bare.tar", [[1, {}]]);
    await shard("mixed.tar", [
      [1, { cls: "1" }],
      [2, { cls: "ant" }],
    ]);
    await shard("short.tar", [[1, { cls: "1" }]]);
    await write("short.tar", (await readFile(join(folder, "short.tar"))).subarray(0, 700));
    await expect(open("tar:packed.tar.gz")).rejects.toThrow(/packed.tar.gz: got a compressed archive; expected .tar/);
    await expect(open("tar:bare.tar")).rejects.toThrow(
      /bare.tar: s\/1.jpg: got no label beside it; expected a .cls, .json/,
    );
    await expect(open("tar:mixed.tar")).rejects.toThrow(
      /got both class numbers and names such as "ant"; expected one kind/,
    );
    await expect(open("tar:short.tar")).rejects.toThrow(/it is truncated, fetch it again/);
    await expect(open("tar:no-*.tar")).rejects.toThrow(/no-\*.tar: got no such file in .*; expected shards such as/);
  });

  it("with a damaged image name it and its archive", async () => {
    const content = new TextEncoder().encode("no image");
    await write(
      "damaged.tar",
      buildTar([
        { name: "k.png", content },
        { name: "k.cls", content: Uint8Array.of(48) },
      ]),
    );
    const dataset = await open("tar:damaged.tar", { holdout: 1 });
    await expect(all(dataset, {}, "test")).rejects.toThrow(/damaged.tar: k.png: got no image that can be read/);
  });
});
