import { describe, expect, it } from "vitest";
import { optionError, UserError } from "../../errors.js";
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

  it("says what lists the names of networks", () =>
    expect(errorLine(new UserError('unknown model "x"', { option: "name" }), known)).toBe(
      'unknown model "x" (senet models lists them)',
    ));

  it("names no flag that the command does not have", () =>
    expect(errorLine(new UserError("use another mirror", { option: "base" }), known)).toBe("use another mirror"));
});
