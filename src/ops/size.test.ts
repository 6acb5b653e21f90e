import { describe, expect, it } from "vitest";
import { floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Size", () => {
  it.each([[[]], [[2, 3, 4]], [[0, 3]]])("of %j is ONNX Runtime's", (shape) =>
    checkFold([randomTensor(shape, 1)], (g, x) => g.call("Size", [x])),
  );

  it("keeps names", () => {
    expect(knownElements([floats("N", 3, 8)], (g, x) => g.call("Size", [x]), { N: 5 })).toEqual(["N*24"]);
  });
});
