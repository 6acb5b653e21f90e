import { describe, expect, it } from "vitest";
import { catalogue, countCatalogue } from "./catalogue.js";

describe("catalogue", () => {
  it("holds what the networks of this build take", async () => {
    const rows = await catalogue();
    expect(rows).toEqual(await countCatalogue());
    expect(rows.find(({ name }) => name === "seresnet50")).toEqual({
      name: "seresnet50",
      family: "resnet",
      attention: "se",
      input: [3, 224, 224],
      classes: 1000,
      params: 28_088_024,
      macs: 4_091_699_200,
    });
  });
});
