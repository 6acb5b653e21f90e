import { describe, expect, it } from "vitest";
import { textOf } from "./text.js";

describe("textOf", () => {
  const text = "caf\u00e9,1\n";
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  it.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 with a mark", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16, the other way round", swapped(Buffer.from(`\ufeff${text}`, "utf16le"))],
    ["UTF-16 without a mark", Buffer.from(text, "utf16le")],
    ["Windows-1252", Buffer.from(text, "latin1")],
  ])("reads %s", (_, bytes) => {
    expect(textOf(bytes)).toBe(text);
  });

  it("reads nothing of nothing", () => expect(textOf(new Uint8Array())).toBe(""));
});
