import type { Random } from "../../random.js";
import type { ColorJitter } from "./augmentation.js";
import { brightness, contrast, saturation } from "./enhance.js";
import { adjustHue } from "./hue.js";
import type { Pixels } from "./pixels.js";

/** Varies brightness, contrast, saturation and hue in random order. Source: torchvision `ColorJitter`. */
export function jitterColors(image: Pixels, random: Random, jitter: ColorJitter): Pixels {
  const factor = (spread: number): number => {
    const least = Math.max(0, 1 - spread);
    return least + random.float() * (1 + spread - least);
  };
  const order = random.permutation(4);
  const operations = [
    { on: jitter.brightness, apply: brightness, amount: factor(jitter.brightness) },
    { on: jitter.contrast, apply: contrast, amount: factor(jitter.contrast) },
    { on: jitter.saturation, apply: saturation, amount: factor(jitter.saturation) },
    { on: jitter.hue, apply: adjustHue, amount: (2 * random.float() - 1) * jitter.hue },
  ];
  let result = image;
  for (const place of order) {
    const { on, apply, amount } = operations[place]!;
    if (on > 0) result = apply(result, amount);
  }
  return result;
}
