import { Command } from "commander";
import { expect, it } from "vitest";
import { takeModel } from "./positional-model.js";

/** The models that a line gives. */
function modelOf(line: string, several = false): unknown {
  const command = takeModel(new Command().option("--model <model>"), { several, example: "resnet20" });
  let found: unknown;
  command.action((_, { model }: { model?: string }) => {
    found = model;
  });
  command.parse(line.split(" ").filter(Boolean), { from: "user" });
  return found;
}

it("takes a model with its flag and without", () => {
  expect(modelOf("--model a")).toBe("a");
  expect(modelOf("a")).toBe("a");
  expect(modelOf("a --model a")).toBe("a");
  expect(modelOf("a b,c", true)).toBe("a,b,c");
});

it("refuses two that differ, and none", () => {
  expect(() => modelOf("a --model b")).toThrow("--model: got b and, without the flag, a; expected one of them");
  expect(() => modelOf("")).toThrow("--model: got nothing; give one such as --model resnet20");
});
