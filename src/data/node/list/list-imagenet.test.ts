import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refName } from "../../image-list.js";
import { imageNetClasses } from "./imagenet-classes.js";
import { listClassFolders } from "./list-class-folders.js";
import { listCsv } from "./list-csv.js";
import { listImageNet } from "./list-imagenet.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "senet-imagenet-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(path: string, content = ""): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

/** Path inside the folder and label of every image to test on. */
async function listed(name: string, options = {}): Promise<[string, number][]> {
  const { test } = await listImageNet(join(folder, name), options);
  return Array.from(test.labels, (label, i) => [refName(test.ref(i)).slice(folder.length + name.length + 2), label]);
}

/** The first three validation images, as the challenge has them. */
const validation = [1, 2, 3].map((n) => `ILSVRC2012_val_0000000${n}.JPEG`);
const truth = [65, 970, 230];

describe("imageNetClasses", () => {
  it("are 1000 in the order of their synsets, and have each number of the devkit once", async () => {
    const classes = await imageNetClasses();
    const synsets = classes.map(({ synset }) => synset);
    expect(synsets).toHaveLength(1000);
    expect(synsets).toEqual(synsets.toSorted());
    expect(classes.map(({ devkitId }) => devkitId).sort((a, b) => a - b)).toEqual(synsets.map((_, i) => i + 1));
    expect([0, 134, 999].map((i) => classes[i]!.names)).toEqual([
      "tench, Tinca tinca",
      "crane",
      "toilet tissue, toilet paper, bathroom tissue",
    ]);
  });
});

describe("listImageNet", () => {
  it.each(["val/", "", "validation/", "ILSVRC/Data/CLS-LOC/val/"])(
    "gives folders of synsets in %s their place among all 1000",
    async (inside) => {
      const name = `synsets-${inside.replaceAll("/", "-")}`;
      await write(`${name}/${inside}n15075141/b.JPEG`);
      await write(`${name}/${inside}n01440764/a.JPEG`);
      await write(`${name}/${inside}n02085620/c.JPEG`);
      expect(await listed(name)).toEqual([
        [`${inside}n01440764/a.JPEG`, 0],
        [`${inside}n02085620/c.JPEG`, 151],
        [`${inside}n15075141/b.JPEG`, 999],
      ]);
    },
  );

  it.each([
    ["devkit/data/ILSVRC2012_validation_ground_truth.txt", "490\n361\n171\n822\n"],
    ["ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", "490\n361\n171\n"],
    ["val/ILSVRC2012_validation_ground_truth.txt", "490\r\n361\r\n171\r\n"],
    ["imagenet_2012_validation_synset_labels.txt", "n01751748\nn09193705\nn02105855\n"],
    ["val.txt", validation.map((file, i) => `${file} ${truth[i]}\n`).join("")],
    [
      "LOC_val_solution.csv",
      "ImageId,PredictionString\nILSVRC2012_val_00000003,n02105855 1 2 3 4 \n" +
        "ILSVRC2012_val_00000001,n01751748 111 108 230 214 n01751748 1 2 3 4 \nILSVRC2012_val_00000002,n09193705 1 2 3 4 \n",
    ],
    ["labels.csv", `file,index\n${validation.map((file, i) => `${file},${truth[i]}`).join("\n")}\n`],
    [
      "val/labels.csv",
      `file,synset\n${["n01751748", "n09193705", "n02105855"].map((s, i) => `${validation[i]},${s}`).join("\n")}`,
    ],
  ])("labels images that lie beside each other by %s", async (file, content) => {
    const name = `flat-${file.replaceAll("/", "-")}`;
    for (const image of validation) await write(`${name}/val/${image}`);
    await write(`${name}/${file}`, content);
    expect(await listed(name)).toEqual(validation.map((image, i) => [`val/${image}`, truth[i]]));
  });

  it("lists training images where there are, unless they are not wanted", async () => {
    for (const path of ["train/n01443537/x.JPEG", "train/n01443537/y.JPEG", "val/n01443537/z.JPEG"]) {
      await write(`both/${path}`);
    }
    const both = await listImageNet(join(folder, "both"), {});
    expect([[...both.train.labels], [...both.test.labels]]).toEqual([[1, 1], [1]]);
    expect((await listImageNet(join(folder, "both"), { testOnly: true })).train.length).toBe(0);
  });

  it("takes the names of a model with as many classes, and refuses others", async () => {
    await write("one/n01443537/z.JPEG");
    const classes = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    expect((await listImageNet(join(folder, "one"), { classes })).classes).toBe(classes);
    await expect(listImageNet(join(folder, "one"), { classes: ["a", "b"] })).rejects.toThrow(
      /got a model of 2 classes; expected 1000; for other classes give folder:DIR or csv:FILE$/,
    );
  });

  it("is not needed for synsets in folders and tables of a model with ImageNet's classes", async () => {
    for (const synset of ["n01443537", "n15075141"]) await write(`named/${synset}/x.JPEG`);
    await write("named.csv", "file,synset\na.JPEG,n15075141\nb.JPEG,n01443537\n");
    const classes = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    const folders = await listClassFolders(join(folder, "named"), { classes, holdout: 1 });
    expect([...folders.test.labels]).toEqual([1, 999]);
    expect([...(await listCsv(join(folder, "named.csv"), { classes, holdout: 1 })).test.labels]).toEqual([999, 1]);
    await expect(
      listClassFolders(join(folder, "named"), { classes: ["cat", "dog", "eel"], holdout: 1 }),
    ).rejects.toThrow('named: got class "n01443537"; expected one of the 3 classes cat, dog, eel');
  });

  it("says what does not fit", async () => {
    await write("cats/cat/a.JPEG");
    await write("mixed/n01440764/a.JPEG");
    await write("mixed/tench/a.JPEG");
    await write("large/n01440764/a.JPEG");
    await write("large/n00001740/a.JPEG");
    await write("bare/a.JPEG");
    await write("short/ILSVRC2012_val_00000002.JPEG");
    await write("short/ILSVRC2012_validation_ground_truth.txt", "490\n");
    await write("odd/a.JPEG");
    await write("odd/labels.csv", "file,synset\na.JPEG,n00001740\n");
    await mkdir(join(folder, "nothing"));
    const failures: [string, RegExp][] = [
      [
        "cats",
        /cats: got folders cat; expected a folder per synset such as n01440764, or ILSVRC2012_val_\*.JPEG; folder:DIR/,
      ],
      ["mixed", /mixed: got folder tench; expected synsets of ImageNet's 1000 classes such as n01440764$/],
      ["large", /large: got folder n00001740; expected synsets of ImageNet's 1000 classes/],
      [
        "bare",
        /bare: got 1 images beside each other and no labels; expected one of labels.csv, LOC_val_solution.csv, /,
      ],
      ["short", /ground_truth.txt: got no label for ILSVRC2012_val_00000002.JPEG; expected one for every image/],
      ["odd", /labels.csv: got "n00001740" in row 1; expected one of ImageNet's 1000 classes$/],
      ["nothing", /nothing: got neither folders nor images; expected a folder per synset/],
    ];
    for (const [name, message] of failures) {
      await expect(listImageNet(join(folder, name), {}), name).rejects.toThrow(message);
    }
  });
});
