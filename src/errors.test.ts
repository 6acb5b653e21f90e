import { describe, expect, it } from "vitest";
import { nearest, optionError, UserError, valueError, withContext } from "./errors.js";

describe("UserError", () => {
  it("is an Error that is known by its name", () => {
    const error = new UserError("got 0; expected 1");
    expect(error).toBeInstanceOf(Error);
    expect(`${error}`).toBe("UserError: got 0; expected 1");
  });
});

describe("an error about an option", () => {
  it("speaks the library's words, and tells the option and what is wrong with its value apart", () => {
    const error = valueError("train", "minLr", 1, "0 to 0.1", "smallest learning rate");
    expect(error.message).toBe("train: got smallest learning rate 1; expected 0 to 0.1");
    expect([error.options, error.about]).toEqual([["minLr"], "got 1; expected 0 to 0.1"]);
    expect(optionError("labels", "got 3 names; expected 10").message).toBe("labels: got 3 names; expected 10");
  });
});

describe("withContext", () => {
  const failing = (error: Error) => (): number => {
    throw error;
  };

  it("puts a name before a mistake, which keeps its options", () => {
    const error = new UserError("use a smaller learning rate", { option: ["lr", "warmup"] });
    const told = { name: "UserError", message: "a.onnx: use a smaller learning rate", options: ["lr", "warmup"] };
    expect(() => withContext("a.onnx", failing(error))).toThrow(expect.objectContaining(told));
    expect(withContext("a.onnx", () => 3)).toBe(3);
  });

  it("leaves what begins with the name, and what is no mistake of the user, as it is", () => {
    for (const error of [new UserError("a.onnx has 5 bytes"), new TypeError("x is not a function")]) {
      expect(() => withContext("a.onnx", failing(error))).toThrow(
        expect.objectContaining({ name: error.name, message: error.message }),
      );
    }
  });
});

describe("nearest", () => {
  const known = ["resnet20", "resnet110", "seresnet20", "seresnet110"];

  it.each([
    ["resnet2", "resnet20"],
    ["SEResNet20", "seresnet20"],
    ["se-resnet-20", "seresnet20"],
    ["resent20", "resnet20"], // two letters swapped are two edits
    ["seresnet11", "seresnet110"],
  ])("finds %s meant to be %s", (given, meant) => expect(nearest(given, known)).toBe(meant));

  it("suggests nothing where more than a third, and more than two letters, would have to change", () => {
    expect(nearest("vgg16", known)).toBeUndefined();
    expect(nearest("abc", ["xyz"])).toBeUndefined();
    expect(nearest("ab", ["cd"])).toBe("cd"); // two edits are always allowed
    expect(nearest("resnet20", [])).toBeUndefined();
  });

  it("takes the first of several that are equally near", () => {
    expect(nearest("cat", ["bat", "hat"])).toBe("bat");
  });
});
