import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkNewFile, liesIn } from "./new-file.js";
import { checkBeside } from "./same-folder.js";

const folder = mkdtempSync(join(tmpdir(), "senet-new-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
mkdirSync(at("model"));
mkdirSync(at("blobs"));
for (const name of ["taken.txt", "input.bin", "m.onnx", "m.onnx.data", "model/model.onnx", "blobs/1", "blobs/2"]) {
  writeFileSync(at(name), "x");
}
linkSync(at("input.bin"), at("hard.bin"));
symlinkSync("input.bin", at("soft.bin"));
symlinkSync(folder, at("model/around"));

describe("checkNewFile", () => {
  it("lets a new file be written, and one that is there where that is wanted", () => {
    checkNewFile(at("new.txt"), { inputs: [at("input.bin"), undefined, "no such file", "timm/hub.id"] });
    checkNewFile(at("model/new.txt"), { inputs: [at("model")] });
    checkNewFile(at("model")); // whoever writes says that it is a folder
    checkNewFile(at("taken.txt"), { force: true, inputs: [at("input.bin")] });
  });

  it.each(["taken.txt", "hard.bin", "soft.bin"])("refuses %s, which is there", (name) => {
    expect(() => checkNewFile(at(name))).toThrow(`out: ${at(name)} is already there; choose another name`);
  });

  it("refuses a model beside whose name weights lie", () => {
    writeFileSync(at("n.onnx.data"), "x");
    expect(() => checkNewFile(at("n.onnx"))).toThrow(`${at("n.onnx.data")} is already there`);
  });

  it.each([
    ["input.bin", "input.bin"],
    ["hard.bin", "input.bin"],
    ["soft.bin", "input.bin"],
    ["model/../input.bin", "soft.bin"],
    ["model/around/input.bin", "hard.bin"],
    ["m.onnx.data", "m.onnx"],
    ["model/model.onnx", "model"],
  ])("never lets %s be written over %s, which is read", (name, input) => {
    const options = { option: "output", force: true, inputs: [at(input)] };
    expect(() => checkNewFile(at(name), options)).toThrow(/^output: got .*, which is read from \(.*\); choose another/);
  });
});

it("knows what lies in a folder, through links and though it is not there yet", () => {
  expect(["model", "model/a/b", "model/model.onnx"].map((name) => liesIn(at("model"), at(name)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(["models", "a", "model/around/a", "model/../a"].map((name) => liesIn(at("model"), at(name)))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

describe("checkBeside", () => {
  symlinkSync("/etc/passwd", at("model/passwd.bin"));
  symlinkSync("../blobs/1", at("model/cached.onnx"));
  symlinkSync("../blobs/2", at("model/cached.bin"));
  symlinkSync("model.onnx", at("model/here.bin"));
  symlinkSync("../input.bin", at("model/above.bin"));

  it.each([
    ["model/model.onnx", "model/here.bin"],
    ["model/cached.onnx", "model/cached.bin"],
    ["model/model.onnx", "model/missing.bin"],
  ])("lets %s name %s", (file, named) => {
    checkBeside(at(file), at(named), "tensor w");
  });

  it.each([
    ["model/model.onnx", "model/passwd.bin"],
    ["model/cached.onnx", "model/passwd.bin"],
    ["model/model.onnx", "model/above.bin"],
    ["model/model.onnx", "model/cached.bin"],
  ])("does not let %s name %s, which leads elsewhere", (file, named) => {
    expect(() => checkBeside(at(file), at(named), "tensor w")).toThrow(/^got tensor w in .*, a link out of the folder/);
  });
});
