import { expect, it } from "vitest";
import { columns } from "./columns.js";

it("aligns numbers to the right and texts to the left", () => {
  const rows = [
    ["conv1", "1,728"],
    ["fc", "90"],
  ];
  expect(columns(["layer", "params"], rows)).toBe("layer  params\nconv1   1,728\nfc         90\n");
});

it("takes from the column that yields what is above 80 letters, and only then", () => {
  const name = (length: number) => `${"a".repeat(length - 1)}z`;
  const lines = (length: number, yielding?: number) => {
    const rows = [
      [name(length), "1"],
      ["b", "2"],
    ];
    return columns(["layer", "params"], rows, yielding).trimEnd().split("\n");
  };
  expect(lines(72, 0)[1]).toBe(`${name(72)}       1`);
  expect(lines(73, 0)[1]).toBe(`${"a".repeat(35)}…${"a".repeat(35)}z       1`);
  expect(lines(200, 0).map(({ length }) => length)).toEqual([80, 80, 80]);
  expect(lines(200)[1]).toHaveLength(208);
});
