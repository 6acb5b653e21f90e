import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryOf, readMultipart } from "./read-multipart.js";

describe("readMultipart", () => {
  it("reads the files of forms that fetch writes, whatever their bytes", async () => {
    const file = fc.record({ name: fc.stringMatching(/^[a-z .é]{1,12}$/), bytes: fc.uint8Array({ maxLength: 200 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 5 }), async (files) => {
        const form = new FormData();
        for (const { name, bytes } of files) form.append("photos", new Blob([Uint8Array.from(bytes)]), name);
        const request = new Response(form);
        const boundary = boundaryOf(request.headers.get("content-type")!)!;
        const found = readMultipart(Buffer.from(await request.arrayBuffer()), boundary);
        expect(found.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }))).toEqual(
          files.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("knows forms by their type, and refuses those without a boundary", () => {
    expect(boundaryOf("image/jpeg")).toBeUndefined();
    expect(boundaryOf(undefined)).toBeUndefined();
    expect(boundaryOf('Multipart/Form-Data; boundary="a b"')).toBe("a b");
    expect(boundaryOf("multipart/form-data; charset=utf-8; boundary=xy")).toBe("xy");
    expect(() => boundaryOf("multipart/form-data")).toThrow("without a boundary");
  });

  it("refuses what is no whole form, and never hangs", () => {
    for (const body of ["", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=x\r\n\r\nabc", "nothing"]) {
      expect(() => readMultipart(Buffer.from(body), "b")).toThrow(/expected a whole one$/);
    }
    expect(() => readMultipart(Buffer.from(`${"--b\r\nX: y\r\n\r\n1\r\n".repeat(10_001)}--b--`), "b")).toThrow(
      "10000 parts",
    );
    const bits = fc.constantFrom("--b", "\r\n", "\r\n\r\n", "--", 'Content-Disposition: form-data; name="x"', "abc");
    fc.assert(
      fc.property(fc.array(bits), (parts) => {
        try {
          for (const { bytes } of readMultipart(Buffer.from(parts.join("")), "b"))
            expect(bytes.includes("\r\n--b")).toBe(false);
        } catch (error) {
          expect((error as Error).name).toBe("UserError");
        }
      }),
      { numRuns: 1000 },
    );
  });
});
