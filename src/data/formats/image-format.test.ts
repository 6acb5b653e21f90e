import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { imageFormat, imageName, otherFormat } from "./image-format.js";

const cases = JSON.parse(
  readFileSync(new URL("../../../tests/goldens/images.json", import.meta.url), "utf8"),
) as readonly {
  readonly name: string;
  readonly file: string;
}[];

describe("imageFormat", () => {
  it.each(cases.map(({ name, file }) => [name, file] as const))("knows %s by its first bytes", (name, file) => {
    const [word = ""] = name.split(" ");
    expect(imageFormat(Buffer.from(file, "base64"))).toBe(/^p[bg]m$/.test(word) ? "ppm" : word);
  });

  it("takes no text for an image, though it begins with the same letters", () => {
    for (const text of ["BMW is a car", "P6R", "Processing", "II*", "GIF88a", ""]) {
      expect(imageFormat(Buffer.from(text, "latin1")), text).toBeUndefined();
    }
  });

  it("names what else people give", () => {
    expect(otherFormat(Buffer.from("\0\0\0\x18ftypheic", "latin1"))).toBe("HEIC");
    expect(otherFormat(Buffer.from(" <html>"))).toBe("a web page");
    expect(otherFormat(Buffer.from("hello"))).toBeUndefined();
  });
});

describe("imageName", () => {
  it("knows every usual ending, in any case, and no other", () => {
    for (const end of "jpg jpeg jpe jfif JPG Jpeg png PNG webp avif gif tif tiff TIF bmp dib ppm pgm pbm".split(" ")) {
      expect(imageName.test(`a.${end}`), end).toBe(true);
    }
    for (const end of "txt svg pdf heic jpgx".split(" ")) expect(imageName.test(`a.${end}`), end).toBe(false);
  });
});
