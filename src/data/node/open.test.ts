import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { datasetName, datasetSpecs, openDataset } from "./open.js";

const all =
  "glyphs, cifar10:PATH, cifar100:PATH, mnist:DIR, fashion-mnist:DIR, imagenet:DIR, folder:DIR, csv:FILE, tar:GLOB";

describe("openDataset", () => {
  it("lists what it can open", () => expect(datasetSpecs.join(", ")).toBe(all));

  it.each([
    [
      "cifr10:x",
      `openDataset: got dataset "cifr10:x"; expected a folder that is there, or one of ${all}; did you mean "cifar10"?`,
    ],
    ["", `openDataset: got dataset ""; expected a folder that is there, or one of ${all}`],
    ["toString", `openDataset: got dataset "toString"; expected a folder that is there, or one of ${all}`],
    ["mnist", 'openDataset: got dataset "mnist"; expected mnist:DIR, with the path of its files after the colon'],
    [
      "cifar10:",
      'openDataset: got dataset "cifar10:"; expected cifar10:PATH, with the path of its files after the colon',
    ],
    ["glyphs:x", 'openDataset: got dataset "glyphs:x"; expected glyphs, without a path'],
    ["mnist:/no/such", "/no/such: got no such file or folder; expected one to read data from; check the path"],
    ["cifar10:/no/such", "/no/such: got no such file or folder; expected one to read data from; check the path"],
  ])("explains what is wrong with %j", async (spec, message) => {
    await expect(openDataset(spec)).rejects.toMatchObject({ name: "UserError", message });
  });
});

describe("a path alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "senet-open-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const photos = join(folder, "photos");
  for (const [split, name] of [
    ["train", "ant"],
    ["train", "bee"],
    ["val", "ant"],
  ] as const) {
    mkdirSync(join(photos, split, name), { recursive: true });
    writeFileSync(join(photos, split, name, "1.jpg"), "");
  }
  writeFileSync(join(folder, "table.csv"), "file,label\n1.jpg,ant\n2.jpg,ant\n3.jpg,bee\n4.jpg,bee\n");

  it("of a folder is folder:, of a table csv:", async () => {
    const ofFolder = await openDataset(photos);
    expect([ofFolder.name, ofFolder.classes, ofFolder.train.length, ofFolder.test.length]).toEqual([
      "photos",
      ["ant", "bee"],
      2,
      1,
    ]);
    expect(datasetName(photos)).toBe("photos");
    const ofTable = await openDataset(join(folder, "table.csv"), { holdout: 0.5 });
    expect(ofTable.classes).toEqual(["ant", "bee"]);
    await expect(openDataset(join(folder, "none.csv"))).rejects.toThrow("none.csv");
  });
});
