import { expect, it } from "vitest";
import { writeNpy } from "./npy.js";

it("writes what NumPy writes", () => {
  const bytes = writeNpy([2, 3], Float32Array.of(1, 2, 3, 4, 5, Number.NaN));
  // numpy 1.24: io.BytesIO(); np.save(b, np.array([[1, 2, 3], [4, 5, nan]], '<f4'))
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expect(new TextDecoder("latin1").decode(bytes.subarray(0, 128))).toBe(
    `\u0093NUMPY\u0001\u0000v\u0000${header.padEnd(117)}\n`,
  );
  expect([...new Float32Array(bytes.slice(128).buffer)]).toEqual([1, 2, 3, 4, 5, Number.NaN]);
  expect(writeNpy([4], new Float32Array(4))).toHaveLength(128 + 16);
});
