import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cifarClassNames, readClassNames, usualClassNames } from "./class-names.js";

const folder = mkdtempSync(join(tmpdir(), "senet-names-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("readClassNames", () => {
  it.each([
    ["one a line", "a.txt", "x\ny y\nz\n"],
    ["one a line, by Windows", "b.txt", "x\r\ny y\r\nz"],
    ["with a mark and blank lines", "f.txt", "\ufeffx\ny y\nz\n\n\n"],
    ["by name, as torchvision has it", "g.json", '{"z":2,"x":0,"y y":1}'],
    ["in class_to_idx", "h.json", '{"class_to_idx":{"x":0,"y y":1,"z":2}}'],
    ["in id2label, as the hub has it", "i.json", '{"model_type":"resnet","id2label":{"0":"x","1":"y y","2":"z"}}'],
    ["a list", "c.json", '["x","y y","z"]'],
    ["by index, in any order", "d.json", '{"2":"z","0":"x","1":"y y"}'],
    ["by index with synsets, as Keras has it", "e.json", '{"0":["n1","x"],"1":["n2","y y"],"2":["n3","z"]}'],
  ])("takes names, %s", async (_, name, text) => {
    expect(await readClassNames(file(name, text), 3)).toEqual(["x", "y y", "z"]);
  });

  it.each([
    ["two.txt", "x\ny\n", "labels: got 2 names in", "expected 3, as the model has classes"],
    ["gap.json", '{"0":"x","1":"y","3":"z"}', "labels: got no name of class 2 in", "one for each number from 0"],
    ["strange.json", '{"x":"0"}', "labels: got JSON of another form in", '{"0": "cat", …}'],
    ["broken.json", '["x",', "labels: got JSON of another form in", "expected a list of names"],
  ])("refuses %s", async (name, text, ...parts) => {
    const error = await readClassNames(file(name, text), 3).catch((error: Error) => error);
    for (const part of parts) expect((error as Error).message).toContain(part);
  });
});

describe("names of published classes", () => {
  it("are ImageNet's where there are 1000, else numbers", async () => {
    const names = await usualClassNames(1000);
    expect([names.length, names[0], names[281], names[999]]).toEqual([
      1000,
      "tench, Tinca tinca",
      "tabby, tabby cat",
      "toilet tissue, toilet paper, bathroom tissue",
    ]);
    expect(await usualClassNames(3)).toEqual(["0", "1", "2"]);
  });

  it("are CIFAR's for images as small", () => {
    expect(cifarClassNames(10, 32)?.[3]).toBe("cat");
    expect(cifarClassNames(100, 32)).toHaveLength(100);
    expect(cifarClassNames(10, 224)).toBeUndefined();
    expect(cifarClassNames(11, 32)).toBeUndefined();
  });
});
