import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { namePattern, namesMatching } from "./name-pattern.js";

const names = ["conv1.weight", "layer1.0.conv1.weight", "layer1.1.bn1.bias", "layer2.0.conv1.weight", "fc.weight"];

describe("namesMatching", () => {
  it.each([
    ["layer1.*", [1, 2]],
    ["*.weight", [0, 1, 3, 4]],
    ["fc.weight", [4]],
    ["layer?.0.*", [1, 3]],
    ["/^layer[12]\\.0\\./", [1, 3]],
    ["/bias/", [2]],
    [
      ["fc.*", "conv1*"],
      [0, 4],
    ],
  ] as const)("finds what fits %j", (pattern, found) => {
    expect(namesMatching(pattern, names, "parameter")).toEqual(found.map((i) => names[i]));
  });

  it("takes a glob for the whole name and a dot for a dot", () => {
    expect(namePattern("conv1").test("conv1.weight")).toBe(false);
    expect(namePattern("fc.weight").test("fcxweight")).toBe(false);
  });

  it.each([
    ["layer3.*", "names such as layer1.0.conv1.weight, layer1.1.bn1.bias, layer2.0.conv1.weight, fc.weight, …"],
    ["layer1.conv1.*", "names such as "],
    ["fc.wieght", "names such as fc.weight"],
  ])("says of %s that nothing fits, and what is near", (pattern, near) => {
    expect(() => namesMatching(pattern, names, "parameter")).toThrow(UserError);
    expect(() => namesMatching(pattern, names, "parameter")).toThrow(
      `got pattern "${pattern}", which fits no parameter; `,
    );
    if (pattern === "fc.wieght") expect(() => namesMatching(pattern, names, "parameter")).toThrow(near);
  });

  it("refuses a regular expression that is none", () => {
    expect(() => namePattern("/layer(/")).toThrow(
      /^pattern \/layer\(\/: got .*; expected a regular expression or a glob$/,
    );
  });
});
