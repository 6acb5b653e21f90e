import { expect, it } from "vitest";
import { shortNames } from "./class-names.js";

it("shortNames takes the first synonym where that tells classes apart", () => {
  expect(shortNames(["tench, Tinca tinca", "crane", "crane, bird", "crane", "cat", ", x"])).toEqual([
    "tench",
    "crane (1)",
    "crane, bird",
    "crane (3)",
    "cat",
    ", x",
  ]);
});
