import { describe, expect, it } from "vitest";

const million = () => new Float32Array(2 ** 20).fill(1.5);

describe("toEqual", () => {
  it.each([
    [Float32Array.of(1, Number.NaN, -0), Float32Array.of(1, Number.NaN, -0)],
    [new Float32Array(Float32Array.of(1, 2, 3).buffer, 4), Float32Array.of(2, 3)],
    [new Map([["w", { data: million() }]]), new Map([["w", { data: million() }]])],
  ])("takes what is equal for equal", (a, b) => expect(a).toEqual(b));

  it.each([
    [Float32Array.of(0), Float32Array.of(-0)],
    [Float32Array.of(1, 2), Float32Array.of(1, 3)],
    [Float32Array.of(1, 2), Float32Array.of(1)],
    [Float32Array.of(1), Uint32Array.of(0x3f800000)],
    [{ data: Float32Array.of(1) }, { data: Float32Array.of(2) }],
    [Buffer.from("ab"), Uint8Array.of(97, 98)],
    [new Map([["w", { data: Float32Array.of(1) }]]), new Map([["w", { data: Float32Array.of(2) }]])],
  ])("tells what is not from it", (a, b) => expect(a).not.toEqual(b));
});
