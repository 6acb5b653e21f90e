import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPhoto } from "./read-photo.js";

const cases = JSON.parse(readFileSync(new URL("../../../../tests/goldens/images.json", import.meta.url), "utf8")) as {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly file: string;
  readonly pixels: string;
}[];

describe("readPhoto", () => {
  it.each(cases.map((one) => [one.name, one] as const))("gives PIL's pixels of %s", async (_, one) => {
    const { data, width, height, channels } = await readPhoto(new Uint8Array(Buffer.from(one.file, "base64")));
    expect({ width, height, channels }).toEqual({ width: one.width, height: one.height, channels: 3 });
    expect(Buffer.from(one.pixels, "base64").equals(data)).toBe(true);
  });

  it("says what cannot be read", async () => {
    await expect(readPhoto("nowhere.jpg")).rejects.toThrow("nowhere.jpg: got no such file or folder");
    await expect(readPhoto(new Uint8Array(20))).rejects.toThrow("readPhoto: got no image that can be read (");
  });
});
