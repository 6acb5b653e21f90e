import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Datatype } from "./datatypes.js";
import { readNumbers } from "./read-numbers.js";

const read = (text: string, datatype: Datatype, shape: readonly number[]) => {
  const bytes = new TextEncoder().encode(text);
  return readNumbers(bytes, { start: 0, end: bytes.length }, datatype, shape).data;
};

/** Numbers as JSON writes them, also in ways that no program does. */
const written = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.oneof(fc.constant("0"), fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String)),
    fc.option(fc.stringMatching(/^\d{1,40}$/), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.nat(420)), { nil: undefined }),
  )
  .map(([sign, whole, fraction, power]) => {
    return `${sign}${whole}${fraction === undefined ? "" : `.${fraction}`}${power?.join("") ?? ""}`;
  });

describe("readNumbers", () => {
  it("reads numbers to the bits that JSON.parse gives", () => {
    const plain = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
      written,
    );
    fc.assert(
      fc.property(
        fc.array(plain, { maxLength: 8 }),
        fc.constantFrom("FP32" as const, "FP64" as const),
        (texts, type) => {
          const expected = texts.map((text) => (type === "FP32" ? Math.fround(JSON.parse(text)) : JSON.parse(text)));
          const text = `[ ${texts.join(" ,\n")}\t]`;
          if (expected.every(Number.isFinite)) expect([...read(text, type, [texts.length])]).toEqual(expected);
          else expect(() => read(text, type, [texts.length])).toThrow(/expected a number of FP/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("rounds what lies between two single-precision numbers as JSON.parse and a Float32Array do", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(1e-30), max: Math.fround(1e30) }),
        fc.integer({ min: 15, max: 25 }),
        (value, digits) => {
          const bits = new Uint32Array(Float32Array.of(value).buffer);
          const next = new Float32Array(Uint32Array.of(bits[0]! + 1).buffer)[0]!;
          const text = ((value + next) / 2).toPrecision(digits);
          expect(read(`[${text}]`, "FP32", [1])[0]).toBe(Math.fround(Number(text)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("takes what JSON takes and nothing else", () => {
    const bits = fc.constantFrom(
      "[",
      "]",
      ",",
      " ",
      "1",
      "0",
      "-",
      ".",
      "e",
      "12",
      "1.5",
      "tru",
      "true",
      '"',
      "{",
      "}",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 12 }), (parts) => {
        const text = `[${parts.join("")}]`;
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {}
        const isList = Array.isArray(parsed) && parsed.every((one) => typeof one === "number");
        if (isList) expect([...read(text, "FP64", [(parsed as number[]).length])]).toEqual(parsed);
        else for (const n of [0, 1, 2, 3]) expect(() => read(text, "FP64", [n])).toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it("takes lists as the shape nests them, or flat", () => {
    expect([...read("[[[1,2],[3,4]],[[5,6],[7,8]]]", "FP32", [2, 2, 2])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...read("[1,2,3,4]", "FP32", [2, 2])]).toEqual([1, 2, 3, 4]);
    expect([...read("[5]", "FP32", [])]).toEqual([5]);
    for (const text of [
      "[[1,2,3],[4]]",
      "[[1,2]]",
      "[[1,2],3,4]",
      "[1,[2,3],4]",
      "[[[1],[2]],[[3],[4]]]",
      "[[1,2],[3,4],[]]",
    ]) {
      expect(() => read(text, "FP32", [2, 2])).toThrow(/^got .* in data; expected numbers for \[2, 2\]$/);
    }
  });

  it("keeps whole numbers whole, and within their type", () => {
    expect([...read("[9223372036854775807,-9223372036854775808,1e3,2.0]", "INT64", [4])]).toEqual([
      2n ** 63n - 1n,
      -(2n ** 63n),
      1000n,
      2n,
    ]);
    expect([...read("[255,0]", "UINT8", [2])]).toEqual([255, 0]);
    expect([...read("[true,false]", "BOOL", [2])]).toEqual([1, 0]);
    const wrong: [string, Datatype][] = [
      ["[9223372036854775808]", "INT64"],
      ["[1e19]", "INT64"],
      ["[1.5]", "INT32"],
      ["[256]", "UINT8"],
      ["[-129]", "INT8"],
      ["[1]", "BOOL"],
      ["[null]", "FP32"],
      ["[1e39]", "FP32"],
    ];
    for (const [text, type] of wrong) expect(() => read(text, type, [1])).toThrow(/^got ".*" in data; expected/);
  });

  it("takes no memory for numbers that the text cannot hold", () => {
    expect(() => read("[1]", "FP32", [2 ** 40])).toThrow("got fewer than 1099511627776 numbers");
  });
});
