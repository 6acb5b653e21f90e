import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Option } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { createProgram } from "./program.js";
import { runSenet } from "./run-senet.test.helper.js";

// Every flag that takes a number, of every command, with numbers that people and scripts get wrong: as a whole, so that
// a flag added tomorrow is held to it too.

const folder = mkdtempSync(join(tmpdir(), "senet-numbers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command line that lacks nothing but what is tested, and ends at the model or the data, which are not there. */
const lines: Readonly<Record<string, string>> = {
  train: "train none.onnx --data folder:none",
  compare: "compare none.onnx,other.onnx --data folder:none",
  eval: "eval none.onnx --data folder:none",
  explain: "explain --model none.onnx --data folder:none --out new",
  prune: "prune none.onnx --data folder:none -o new.onnx",
  classify: "classify none.jpg --model none.onnx",
  serve: "serve none.onnx",
  studio: "studio --no-open --host none.invalid",
  insert: "insert none.onnx -o new.onnx",
  profile: "profile none.onnx",
  "data show": "data show folder:none",
  run: "run none.onnx --input none.safetensors --output new.safetensors",
  gradients: "gradients none.onnx --mode train --input none.safetensors --output new.safetensors",
  export: "export none.onnx -o new.onnx",
  convert: "convert none.pth new.onnx",
  "bench train": "bench train none.onnx",
  "bench infer": "bench infer none.onnx",
};

/** Flags that take part in no sum, so that large numbers do no harm: a seed, how strong or how likely something is. */
const anyLarge = ["--seed", "--split-seed"];
const wrong = ["", "NaN", "-Infinity", "1e400", "abc", "0x", "1,5", "--"];
const large = ["1e9", "1e12", "1e300", "9007199254740993"];

const program = await createProgram(() => true);
const commands = program.commands.flatMap((command) => (command.commands.length === 0 ? [command] : command.commands));
const nameOf = (command: Command) =>
  [command.parent === null || command.parent === program ? "" : command.parent.name(), command.name()].join(" ").trim();
const isNumeric = ({ flags, parseArg }: Option) => {
  if (parseArg === undefined || /,|=|pattern|nodes|HxW/.test(flags)) return false;
  try {
    return typeof parseArg("abc", undefined as never) === "number";
  } catch (error) {
    return /got "abc"; expected/.test((error as Error).message);
  }
};
const flags = commands.flatMap((command) =>
  command.options.filter(isNumeric).map((option) => ({ command: nameOf(command), option })),
);

/** Runs a command in the folder of the test, which stays empty, and gives its only line. */
async function refusal(line: string, flag: string, value: string): Promise<string> {
  const left = await runSenet(folder, ...line.split(" "), `${flag}=${value}`);
  expect(left.code, `${flag} ${value}`).toBe(2);
  expect(left.stdout).toBe("");
  expect(left.stderr.trimEnd().split("\n"), left.stderr).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
  return left.stderr;
}

describe("a flag that takes a number", () => {
  it("is of a command that this test knows", () => {
    expect(flags.map(({ command }) => command).filter((command) => !(command in lines))).toEqual([]);
    expect(flags.length).toBeGreaterThan(80);
  });

  it.each([...new Set(flags.map(({ command }) => command))])(
    "of %s refuses what is none, in a line",
    async (command) => {
      for (const { option } of flags.filter((one) => one.command === command)) {
        for (const value of wrong) {
          const line = await refusal(lines[command]!, option.long!, value);
          expect(line, `${option.long} ${value}`).toMatch(new RegExp(`^senet: ${option.long}: got .*; expected `));
        }
      }
    },
  );

  it.each([...new Set(flags.map(({ command }) => command))])("of %s has a bound, from both sides", async (command) => {
    for (const { option } of flags.filter((one) => one.command === command)) {
      const refused: string[] = [];
      for (const value of ["-1", "0", "1.5", ...large]) {
        const line = await refusal(lines[command]!, option.long!, value);
        if (line.startsWith(`senet: ${option.long}: got ${value}; expected `)) refused.push(value);
      }
      expect(refused, option.long).toEqual(expect.arrayContaining(["-1", "1e300"]));
      if (/<n>/.test(option.flags) && !anyLarge.includes(option.long!)) {
        expect(refused, option.long).toEqual(expect.arrayContaining(["1e12"]));
      }
    }
  });
});

describe("sizes", () => {
  const sized = Object.entries(lines).flatMap(([name, line]) => {
    const command = commands.find((one) => nameOf(one) === name)!;
    return ["--size", "--input"]
      .filter((flag) => command.options.some(({ long, flags }) => long === flag && /x/.test(flags)))
      .map((flag) => [line, flag] as const);
  });
  it.each(sized)("%s %s has a bound, from both sides", async (line, flag) => {
    for (const side of ["0", "-1", "1.5", "1e9", "1e300", "NaN", "", "100000"]) {
      const size = flag === "--size" ? side : `3x${side}x32`;
      expect(await refusal(line, flag, size), size).toMatch(new RegExp(`^senet: ${flag}: got "${size}"; expected `));
    }
  });
});

describe("what is more than the machine holds", () => {
  it.each([
    ["export resnet20 --classes 1e9 -o e.onnx", /^senet: --classes: got 1e9; expected a whole number from 1 to /],
    ["export resnet20 --attention se:stages=1-999999999 -o e.onnx", /stages: got "1-999999999"; expected stages /],
    ["compare resnet20 seresnet20 --data glyphs --seeds 1e9 --epochs 1 --out c", /^senet: --seeds: got 1e9; expected /],
    ["train resnet20 --data glyphs --threads 100000 --out x", /^senet: --threads: got 100000; expected a whole number/],
    ["bench train resnet20 --batch 1000000 --input 3x4096x4096", /^senet: steps on 1,000,000 images .* take at least /],
    ["bench infer resnet20 --batch 1000000 --input 3x4096x4096", /^senet: runs on 1,000,000 images .* take at least /],
    ["train resnet20 --data glyphs --train-limit 64 --batch 64 --size 65535 --out x", /^senet: --size: got it with /],
    [
      "export resnet20 --attention se:reduction=0.0000001 -o e.onnx",
      /^senet: weights of [\d,]+ numbers take at least /,
    ],
  ])("is refused before anything is made: %s", async (line, expected) => {
    const [flag = "", ...more] = line.split(" ").toReversed();
    const left = await runSenet(folder, ...more.toReversed(), flag);
    expect(left).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(expected) });
    expect(left.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
