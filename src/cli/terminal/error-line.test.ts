import { describe, expect, it } from "vitest";
import { optionError, UserError, valueError } from "../../errors.js";
import { errorLine } from "./error-line.js";

describe("errorLine", () => {
  const known = ["--lr", "--opt", "--decay-rate", "--mean", "--std"];

  it("leaves a mistake without an option as it is", () =>
    expect(errorLine(new UserError("got nothing"), known)).toBe("got nothing"));

  it("puts the flag behind what it mends", () => {
    const error = new UserError("training diverged; use a smaller learning rate", { option: "lr" });
    expect(errorLine(error, known)).toBe("training diverged; use a smaller learning rate (--lr)");
    expect(errorLine(new UserError("give both", { option: ["mean", "std"] }), known)).toBe("give both (--mean, --std)");
  });

  it("puts the flag in the place of the function where its value is wrong", () => {
    const about = "got 2; expected a number above 0, at most 1";
    const error = new UserError("train: got decay rate 2; expected …", { option: "decayRate", about });
    expect(errorLine(error, known)).toBe(`--decay-rate: ${about}`);
    expect(errorLine(optionError("optimizer", "got x"), known)).toBe("--opt: got x");
  });

  it("leaves the function out where the command has no flag for the value", () => {
    expect(errorLine(valueError("openDataset", "spec", '"x"', "glyphs", "dataset"), known)).toBe(
      'got dataset "x"; expected glyphs',
    );
    expect(errorLine(optionError("labels", "got 3 names"), known)).toBe("labels: got 3 names");
  });

  it("says what lists the names of networks", () =>
    expect(errorLine(new UserError('unknown model "x"', { option: "name" }), known)).toBe(
      'unknown model "x" (senet models lists them)',
    ));

  it("names no flag that the command does not have", () =>
    expect(errorLine(new UserError("use another mirror", { option: "base" }), known)).toBe("use another mirror"));
});
