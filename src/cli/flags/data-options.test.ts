import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { defaultCrop, noAugmentation } from "../../data/augment/augmentation.js";
import {
  type AugmentFlags,
  augmentOf,
  augmentOptions,
  type DataFlags,
  dataOptions,
  openOptionsOf,
} from "./data-options.js";

function parse(line: string): AugmentFlags & DataFlags {
  const command = new Command().exitOverride();
  for (const option of [...augmentOptions(), ...dataOptions()]) command.addOption(option);
  return command.parse(line.split(" ").filter(Boolean), { from: "user" }).opts();
}

const letters = { augment: { flip: false, pad: 2 } };
const photos = { augment: { flip: true, pad: 0, randomResizedCrop: defaultCrop } };

describe("augmentOf", () => {
  it("leaves the dataset's own augmentation where nothing is said, and takes it away", () => {
    expect(augmentOf(parse(""), photos)).toEqual(photos.augment);
    expect(augmentOf(parse("--no-augment"), photos)).toEqual(noAugmentation);
  });

  it("adds what the flags say, in timm's names and with its defaults", () => {
    const line =
      "--scale 0.3,0.9 --train-interpolation random --vflip --color-jitter 0.4 --aa rand-m9-mstd0.5-inc1 --reprob 0.25";
    expect(augmentOf(parse(line), photos)).toEqual({
      flip: true,
      pad: 0,
      randomResizedCrop: { scale: [0.3, 0.9], ratio: [3 / 4, 4 / 3], interpolation: "random" },
      verticalFlip: true,
      colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0 },
      randAugment: "rand-m9-mstd0.5-inc1",
      randomErasing: { probability: 0.25, mode: "pixel", minArea: 0.02, maxArea: 1 / 3, minAspect: 0.3, count: 1 },
    });
    expect(augmentOf(parse("--ratio 1,1 --color-jitter 0.1,0.2,0.3,0.4"), letters)).toEqual({
      ...letters.augment,
      randomResizedCrop: { ...defaultCrop, ratio: [1, 1] },
      colorJitter: { brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4 },
    });
  });

  it.each([
    ["--scale 1", '--scale: got "1"; expected two numbers such as 0.08,1'],
    ["--scale 0,1", "batches: got augment.scale 0,1; expected two shares above 0, up to 1"],
    ["--color-jitter 1,2", '--color-jitter: got "1,2"; expected one number, or three or four such as 0.4,0.4,0.4,0.1'],
    ["--aa augmix", 'randAugment: got "augmix" in "augmix"; expected rand with settings such as m9'],
    ["--remode rand", "--reprob: got no probability of random erasing; expected one with --remode or --recount"],
    ["--no-augment --vflip", "--no-augment: got it together with an augmentation; expected one of them"],
    ["--reprob 2", "--reprob: got 2; expected 0 to 1"],
  ])("refuses %s", (line, message) => {
    expect(() => augmentOf(parse(line), photos)).toThrow(message);
  });
});

describe("openOptionsOf", () => {
  it("passes on what is said", () => {
    expect(openOptionsOf(parse("--size 96 --channels 1 --holdout 0.2 --split-seed 7 --data-workers 3"))).toMatchObject({
      size: 96,
      channels: 1,
      holdout: 0.2,
      splitSeed: 7,
      workers: 3,
    });
    const size = (text: string) => openOptionsOf(parse(`--size ${text}`)).size;
    expect([size("192x320"), size("64x64")]).toEqual([[192, 320], 64]);
    for (const wrong of ["0", "1.5", "3x", "x3", "3x4x5", "-3", "1e9x"]) {
      expect(() => size(wrong)).toThrow(
        `--size: got "${wrong}"; expected whole numbers from 1 to 65,535: one, or height x width`,
      );
    }
    expect(() => openOptionsOf(parse("--channels 2"))).toThrow(
      "--channels: got 2; expected 3 for colour or 1 for grey",
    );
  });
});
