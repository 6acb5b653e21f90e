import { expect, it } from "vitest";
import { shortened } from "./shortened.js";

it.each([
  [["layer1.0.se"], 11, ["layer1.0.se"]],
  [["layer1.0.se"], 10, ["laye….0.se"]],
  [["layer1.0.se"], 1, ["l…e"]],
  // from the middle outwards to where the names still differ
  [["features.1.conv", "features.2.conv"], 9, ["fe…1.conv", "fe…2.conv"]],
  [["a1.features.conv", "a2.features.conv"], 9, ["a1.f…conv", "a2.f…conv"]],
  [[], 5, []],
])("shortens %j to %i letters each: %j", (names, longest, short) => expect(shortened(names, longest)).toEqual(short));

it("makes no two names one that fit as they are", () => {
  const names = ["features.stage1.unit1.body.branch1.conv1", "features.stage1.unit2.body.branch1.conv1"];
  expect(new Set(shortened(names, 26)).size).toBe(2);
});
