import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { parseRecipe } from "./recipe-file.js";

function refusal(text: string): string {
  try {
    parseRecipe(text, "r.json");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error("expected a refusal");
}

describe("parseRecipe", () => {
  const whole = {
    schedule: "onecycle",
    epochs: 3,
    betas: [0.9, 0.99],
    clip: { agc: 0.01, exclude: "fc.*" },
    ema: { decay: 0.99, warmup: true },
    groups: [{ match: ["layer1.*", "conv1.*"], freeze: true }],
    augment: {
      flip: true,
      pad: 0,
      randAugment: "rand-m9",
      colorJitter: { brightness: 1, contrast: 1, saturation: 1, hue: 0 },
    },
  };

  it("gives what the file says and nothing else, in its order", () => {
    expect(JSON.stringify(parseRecipe(JSON.stringify(whole), "r.json"))).toBe(JSON.stringify(whole));
    expect(parseRecipe("{}", "r.json")).toEqual({});
  });

  it("finds the recipe in the configuration of a run", () => {
    expect(parseRecipe(JSON.stringify({ kind: "train", recipe: whole }), "r.json")).toEqual(whole);
  });

  it.each([
    ["{", /^r.json: got text that is not JSON \(.*\); expected a recipe file$/],
    ["[]", /^r.json: Invalid input: expected object, received array; expected fields of a recipe$/],
    ['{"epoch": 3}', /^r.json: Unrecognized key: "epoch"; expected fields of a recipe$/],
    ['{"lr": "high"}', /^r.json: lr: Invalid input: expected number, received string; expected fields/],
    ['{"augment": {"flip": true, "pad": 0, "mirror": 1}}', /^r.json: augment: Unrecognized key: "mirror"/],
    ['{"loss": "mse"}', /^r.json: loss: Invalid option: expected one of "ce"\|"bce"/],
  ])("refuses %s", (text, message) => expect(refusal(text)).toMatch(message));
});
