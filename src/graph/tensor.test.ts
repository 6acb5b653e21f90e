import { describe, expect, it } from "vitest";
import { bytesPerElement, elements, float32, int64, toNumbers, zeros } from "./tensor.js";

describe("tensors", () => {
  it("take plain numbers, or keep the array they are given", () => {
    const data = new Float32Array([1, 2]);
    expect(float32([2], data).data).toBe(data);
    expect(float32([2], [1, 2]).data).toEqual(data);
    expect(int64([2], [1, -2]).data).toEqual(new BigInt64Array([1n, -2n]));
    expect(toNumbers(int64([2], [1, -2]))).toEqual([1, -2]);
  });

  it("hold as many elements as their shape says", () => {
    expect(elements([])).toBe(1);
    expect(elements([2, 0])).toBe(0);
    expect(zeros("float64", [2, 3])).toEqual({ dtype: "float64", shape: [2, 3], data: new Float64Array(6) });
    expect(bytesPerElement("int64")).toBe(8);
    expect(() => float32([2, 3], [1])).toThrow("tensor: got 1 elements for shape [2,3]; expected 6");
  });
});
