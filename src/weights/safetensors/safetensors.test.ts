import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { type DType, float32, int64, type Tensor, zeros } from "../../graph/tensor.js";
import { Random } from "../../random.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

/** A file of that header and data, the header's length as it is unless told otherwise. */
function file(header: string, data: readonly number[] = [], length = BigInt(new TextEncoder().encode(header).length)) {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const one = (dtype: string, shape: readonly number[], data: readonly number[]) =>
  file(JSON.stringify({ a: { dtype, shape, data_offsets: [0, data.length] } }), data);

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, "f");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  throw new Error("expected a refusal");
}

describe("writeSafetensors", () => {
  it("writes the bytes that the format's description asks for", () => {
    const bytes = writeSafetensors(new Map([["w", float32([1, 2], [1, -2])]]), new Map([["from", "here"]]));
    const json = '{"__metadata__":{"from":"here"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
    expect(bytes).toEqual(file(padded, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));
  });

  it("keeps values, shapes, types, metadata and names of every kind", () => {
    const tensors = new Map<string, Tensor>([
      ["__proto__", { dtype: "bool", shape: [3], data: Uint8Array.of(0, 1, 1) }],
      ["constructor", { dtype: "int8", shape: [2, 1], data: Int8Array.of(-128, 127) }],
      ['ü\n"\\', float32([], [0.1])],
      ["", int64([2], [2 ** 53 - 1, -1])],
      ["none", zeros("float64", [0, 4])],
      ["d", { dtype: "float64", shape: [1], data: Float64Array.of(Math.PI) }],
      ["i", { dtype: "int32", shape: [1], data: Int32Array.of(-7) }],
      ["u", { dtype: "uint8", shape: [5], data: Uint8Array.of(1, 2, 3, 4, 255) }],
    ]);
    const metadata = new Map([
      ["__proto__", "x"],
      ["k", "ä"],
    ]);
    const read = readSafetensors(writeSafetensors(tensors, metadata));
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(read.metadata).toEqual(metadata);
  });

  it("keeps every bit of a float, NaN included", () => {
    const bits = Uint32Array.of(0x7fc00001, 0x80000000, 1, 0xff800000);
    const { tensors } = readSafetensors(
      writeSafetensors(new Map([["a", float32([4], new Float32Array(bits.buffer))]])),
    );
    expect(new Uint32Array(tensors.get("a")!.data.buffer)).toEqual(bits);
  });

  it("aligns every tensor to its elements", () => {
    const sizes: Record<string, DType> = { a: "uint8", b: "float32", c: "bool", d: "int64", e: "float64", f: "int32" };
    const bytes = writeSafetensors(new Map(Object.entries(sizes).map(([n, dtype]) => [n, zeros(dtype, [3])])));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { data_offsets: number[] }
    >;
    expect(length % 8).toBe(0);
    for (const [name, dtype] of Object.entries(sizes)) {
      expect(header[name]!.data_offsets[0]! % zeros(dtype, [1]).data.BYTES_PER_ELEMENT).toBe(0);
    }
  });

  it("refuses the name of the metadata and data that does not fill the shape", () => {
    expect(() => writeSafetensors(new Map([["__metadata__", float32([], [1])]]))).toThrow(/got tensor __metadata__/);
    const short: Tensor = { dtype: "float32", shape: [3], data: Float32Array.of(1) };
    expect(() => writeSafetensors(new Map([["a", short]]))).toThrow(/got tensor a with 1 elements for \[3\]/);
  });
});

describe("readSafetensors", () => {
  it("reads half and brain floats as the numbers they are", () => {
    // 1, -2, 65504 (the largest), 2^-24 (the smallest), infinity, -0
    const half = one("F16", [6], [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0, 0x7c, 0, 0x80]);
    expect(readSafetensors(half).tensors.get("a")).toEqual(float32([6], [1, -2, 65504, 2 ** -24, Infinity, -0]));
    expect(readSafetensors(one("F16", [1], [0, 0x7e])).tensors.get("a")!.data[0]).toBeNaN();
    const brain = one("BF16", [3], [0x80, 0x3f, 0x49, 0x40, 0, 0xff]);
    expect(readSafetensors(brain).tensors.get("a")!.data).toEqual(Float32Array.of(1, 3.140625, 2 ** 127 * -1));
  });

  it("reads a file without tensors, and data that is not aligned", () => {
    expect(readSafetensors(file("{}"))).toEqual({ tensors: new Map(), metadata: new Map() });
    const header =
      '{"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    expect(readSafetensors(file(header, [9, 0, 0, 0x80, 0x3f])).tensors.get("b")).toEqual(float32([1], [1]));
  });

  it("gives tensors buffers of their own", () => {
    const bytes = writeSafetensors(new Map([["a", float32([2], [1, 2])]]));
    const { data } = readSafetensors(bytes).tensors.get("a")!;
    expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, 8]);
    expect(data.buffer).not.toBe(bytes.buffer);
  });

  const entry = (shape: unknown, offsets: unknown, dtype: unknown = "F32") =>
    file(JSON.stringify({ a: { dtype, shape, data_offsets: offsets } }), [0, 0, 0, 0]);
  it.each([
    [new Uint8Array(7), "f: got 7 bytes; expected a .safetensors file, which has more than 8"],
    [file("{}", [], 3n), "f: got 10 bytes, which end inside the header of 3; give the whole file"],
    [
      file("{}", [], 2n ** 63n),
      `f: got a header of ${2n ** 63n} bytes; expected 2 to 100000000; is it a .safetensors file?`,
    ],
    [file("{", [], 1n), "f: got a header of 1 bytes; expected 2 to 100000000; is it a .safetensors file?"],
    [file("{]"), "f: got a header that is not JSON; expected a whole .safetensors file"],
    [
      file("{?}").map((byte) => (byte === 0x3f ? 0xff : byte)),
      "f: got a header that is not JSON; expected a whole .safetensors file",
    ],
    [file("[]"), "f: got a header that does not start with {; expected a whole .safetensors file"],
    [file(" {}"), "f: got a header that does not start with {; expected a whole .safetensors file"],
    [file("{}", [1]), "f: got 11 bytes; expected 10, where the last tensor ends"],
    [file('{"__metadata__":{"a":1}}'), "f: got __metadata__ with values other than text; expected text only"],
    [file('{"__metadata__":[]}'), "f: got __metadata__ with values other than text; expected text only"],
    [file('{"a":1}'), 'f: tensor "a": got no description; expected dtype, shape and data_offsets'],
    [
      entry([1], [0, 4], "F8_E4M3"),
      'f: tensor "a": got dtype F8_E4M3; expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL',
    ],
    [
      entry([1], [0, 4], "toString"),
      'f: tensor "a": got dtype toString; expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL',
    ],
    [entry([-1], [0, 4]), 'f: tensor "a": got a shape that is no list of whole numbers from 0'],
    [entry([1.5], [0, 4]), 'f: tensor "a": got a shape that is no list of whole numbers from 0'],
    [entry([1], [0]), 'f: tensor "a": got data_offsets other than two whole numbers from 0'],
    [entry([1], [4, 0]), 'f: tensor "a": got bytes 4 to 0 for F32 [1]; expected 4 bytes'],
    [entry([2], [0, 4]), 'f: tensor "a": got bytes 0 to 4 for F32 [2]; expected 8 bytes'],
    [
      entry([2 ** 40, 2 ** 40], [0, 4]),
      `f: tensor "a": got bytes 0 to 4 for F32 [${2 ** 40},${2 ** 40}]; expected ${2 ** 82} bytes`,
    ],
    [
      entry([2 ** 50], [0, 2 ** 52]),
      `f: got ${entry([2 ** 50], [0, 2 ** 52]).length} bytes, but tensor "a" ends at byte ${2 ** 52 + entry([2 ** 50], [0, 2 ** 52]).length - 4}; give the whole file`,
    ],
    [one("BOOL", [2], [1, 2]), 'f: tensor "a": got a BOOL that is neither 0 nor 1; expected a whole file'],
  ])("refuses what is malformed (%#)", (bytes, message) => expect(refusal(bytes)).toBe(message));

  it("refuses overlaps, holes and names that come twice", () => {
    const two = (begin: number, end: number) =>
      file(
        `{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[${end - begin}],"data_offsets":[${begin},${end}]}}`,
        [0, 0, 0, 0, 0, 0, 0, 0],
      );
    expect(refusal(two(2, 8))).toMatch(/^f: tensor "b" overlaps the one before it; expected it to start at byte \d+$/);
    expect(refusal(two(5, 8))).toMatch(/^f: tensor "b" leaves a hole before it; expected it to start at byte \d+$/);
    const twice =
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}';
    expect(refusal(file(twice))).toBe('f: got "a" twice in the header; expected every name once');
    expect(refusal(file('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'))).toContain(
      '"dtype" twice',
    );
  });
});

describe("a damaged file", () => {
  const whole = writeSafetensors(
    new Map<string, Tensor>([
      ["w", float32([3], [1, 2, 3])],
      ["n", int64([2], [1, 2])],
      ["flags", { dtype: "bool", shape: [3], data: Uint8Array.of(0, 1, 0) }],
    ]),
    new Map([["a", "b"]]),
  );

  it("is refused wherever it is cut short, and with anything behind it", () => {
    for (let length = 0; length < whole.length; length++) refusal(whole.slice(0, length));
    refusal(Uint8Array.from([...whole, 0]));
  });

  it("never crashes: with any bit flipped it is refused or still a whole file", () => {
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const bytes = whole.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      refusedOrWhole(bytes);
    }
  });

  it("never crashes: with random bytes, absurd lengths and headers of random JSON", () => {
    const random = new Random(1, "fuzz");
    for (let run = 0; run < 2000; run++) {
      const bytes = whole.slice();
      for (let i = 0; i <= run % 5; i++) bytes[random.below(bytes.length)] = random.below(256);
      refusedOrWhole(bytes);
    }
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 53, 1e300, -0));
    const entry = fc.record({
      dtype: fc.oneof(fc.constantFrom("F32", "BOOL", "F16"), fc.string()),
      shape: fc.oneof(fc.array(number, { maxLength: 5 }), fc.anything()),
      data_offsets: fc.oneof(fc.tuple(number, number), fc.anything()),
    });
    const header = fc.oneof(
      fc.dictionary(fc.string(), fc.oneof(entry, fc.anything())),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    fc.assert(
      fc.property(header, (json) =>
        refusedOrWhole(
          file(JSON.stringify(json, (_, v: unknown) => (typeof v === "bigint" ? 1 : v)) ?? "x", [0, 0, 0, 0]),
        ),
      ),
      { seed: 2018, numRuns: 1000 },
    );
  });

  it("is refused without following nesting into the depth", () => {
    refusal(file(`{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`));
  });

  function refusedOrWhole(bytes: Uint8Array): void {
    try {
      const { tensors } = readSafetensors(bytes, "f");
      const held = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
      expect(held).toBeLessThanOrEqual(2 * bytes.length);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.message.length).toBeLessThan(400);
    }
  }
});
