import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram, mentioned } from "../program.js";
import { foreignFlags, foreignVerbs } from "./foreign-words.js";
import { withOurFlags, withOurVerb } from "./our-words.js";

/** A line in our words, for the commands themselves. */
async function ours(line: string): Promise<string> {
  const words = withOurVerb(line.split(" "));
  return withOurFlags(words, await createProgram(mentioned(words))).join(" ");
}

const program = await createProgram(() => true);
const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const flags = new Set(leaves(program).flatMap(({ options }) => options.map(({ long }) => long)));
const rows = Object.entries(foreignFlags);

describe("the words of other tools", () => {
  it("are none of ours", () =>
    expect(rows.map(([word]) => word).filter((word) => flags.has(word))).toEqual(["--workers", "--output"])); // of serve; of run and gradients

  it("stand for flags that there are", () =>
    expect(rows.flatMap(([, { means }]) => means ?? []).filter((flag) => !flags.has(flag))).toEqual([]));

  it("name flags in their hints that there are", () => {
    const named = rows.flatMap(([, { hint = "" }]) => hint.match(/--[a-z-]+/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
  });

  it("are commands that are none of ours, for such as are", () => {
    const names = program.commands.map((command) => command.name());
    expect(Object.keys(foreignVerbs).filter((verb) => names.includes(verb))).toEqual([]);
    expect(Object.values(foreignVerbs).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("a line", () => {
  it.each([
    [
      "train --model resnet20 --data-dir photos -b 16 --img-size 128 --sched step -j 2 --output runs/a",
      "train --model resnet20 --data photos --batch 16 --size 128 --schedule step --data-workers 2 --out runs/a",
    ],
    [
      "train --batch-size=16 -b16 --warmup-epochs 1 --no-aug --initial-checkpoint w.pth --learning_rate 0.1",
      "train --batch=16 --batch=16 --warmup 1 --no-augment --weights w.pth --lr 0.1",
    ],
    ["--offline fit --train_limit 8", "--offline train --train-limit 8"],
    ["validate runs/x --data photos", "eval runs/x --data photos"],
    ["help val", "help eval"],
    ["predict photo.jpg --model m --num-classes 3 --topk 2", "classify photo.jpg --model m --classes 3 --top 2"],
    ["bench train --batch-size 8", "bench train --batch 8"],
    ["run --model m --input x --output y", "run --model m --input x --output y"], // its own --output
    [
      "train --out -b --freeze layer1.* conv1.* --lr-group fc=0.1",
      "train --out -b --freeze layer1.* conv1.* --lr-group fc=0.1",
    ],
    ["train --mean 0.5 --seed -1 -- --batch-size", "train --mean 0.5 --seed -1 -- --batch-size"],
    ["serve bees=runs/a --workers 2", "serve bees=runs/a --workers 2"],
    ["train --epcohs 3", "train --epcohs 3"], // for commander to say what is near
  ])("%s is %s", async (line, expected) => expect(await ours(line)).toBe(expected));

  it.each([
    ["train --device 0", "unknown option '--device'; everything runs on the CPU; leave it out"],
    [
      "train --num-classes 2",
      "unknown option '--num-classes'; the number of classes comes from the data; leave it out",
    ],
    ["train --pretrained", "unknown option '--pretrained'; give a hub id as the model, such as --model timm/"],
    ["eval --batch_size 8 --wd 1", "unknown option '--wd'; it is --weight-decay here, which senet eval does not take"],
    ["train --mean 0.5 0.5 0.5", "--mean: got 0.5 0.5 0.5; expected commas between: --mean 0.5,0.5,0.5"],
    [
      "train data=photos model=resnet20 epochs=3",
      "got data=photos; expected flags: senet train --data photos --model resnet20 --epochs 3",
    ],
    [
      "classify train data=photos imgsz=64 batch=8 device=0 pretrained=False cache=True",
      "got data=photos; expected flags: senet train --data photos --size 64 --batch 8 --cache, without device=0 pretrained=False",
    ],
    ["classify predict source=a.jpg model=m", "got source=a.jpg; expected flags: senet classify a.jpg --model m"],
  ])("%s is answered", async (line, message) => expect(ours(line)).rejects.toThrow(message));
});
