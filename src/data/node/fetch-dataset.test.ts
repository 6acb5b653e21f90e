import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sortValidation } from "./fetch-dataset.js";

const folder = mkdtempSync(join(tmpdir(), "senet-fetch-dataset-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("sortValidation", () => {
  it("gives each class of Tiny ImageNet its folder", async () => {
    const set = join(folder, "tiny-imagenet-200");
    mkdirSync(join(set, "val/images"), { recursive: true });
    for (const name of ["val_0.JPEG", "val_1.JPEG"]) writeFileSync(join(set, "val/images", name), name);
    writeFileSync(join(set, "val/val_annotations.txt"), "val_0.JPEG\tn2\t0\t32\t44\t62\nval_1.JPEG\tn1\t0\t0\t1\t1\n");
    await sortValidation(set);
    const sorted = readdirSync(join(set, "val"), { recursive: true, encoding: "utf8" }).sort();
    expect(sorted).toEqual(["n1", "n1/val_1.JPEG", "n2", "n2/val_0.JPEG", "val_annotations.txt"]);
    writeFileSync(join(set, "val/val_annotations.txt"), "../x\tn1\n");
    await expect(sortValidation(set)).rejects.toThrow(/expected a file and its class/);
  });
});
