import { expect, it } from "vitest";
import { testBatch } from "./test-batch.js";

it.each([
  [28, 256],
  [64, 85],
  [224, 8],
  [600, 8],
])("images of %i pixels a side are tested %i at a time", (side, batch) =>
  expect(testBatch({ channels: 3, height: side, width: side })).toBe(batch),
);
