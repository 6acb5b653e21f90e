import { describe, expect, it } from "vitest";
import { datasetSpecs, openDataset } from "./open.js";

const all =
  "glyphs, cifar10:PATH, cifar100:PATH, mnist:DIR, fashion-mnist:DIR, imagenet:DIR, folder:DIR, csv:FILE, tar:GLOB";

describe("openDataset", () => {
  it("lists what it can open", () => expect(datasetSpecs.join(", ")).toBe(all));

  it.each([
    ["cifr10:x", `openDataset: got dataset "cifr10"; expected one of ${all}; did you mean "cifar10"?`],
    ["", `openDataset: got dataset ""; expected one of ${all}`],
    ["toString", `openDataset: got dataset "toString"; expected one of ${all}`],
    ["mnist", 'openDataset: got dataset "mnist"; expected mnist:DIR, with the path of its files after the colon'],
    [
      "cifar10:",
      'openDataset: got dataset "cifar10:"; expected cifar10:PATH, with the path of its files after the colon',
    ],
    ["glyphs:x", 'openDataset: got dataset "glyphs:x"; expected glyphs, without a path'],
    ["mnist:/no/such", "/no/such: got no such file or folder; expected one to read data from; check the path"],
    ["cifar10:/no/such", "/no/such: got no such file or folder; expected one to read data from; check the path"],
  ])("explains what is wrong with %j", async (spec, message) => {
    await expect(openDataset(spec)).rejects.toMatchObject({ name: "UserError", message });
  });
});
