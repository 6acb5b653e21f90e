import { describe, expect, it } from "vitest";
import { attribute, readAttributes, writeAttributes } from "./attributes.js";

const schema = {
  axis: attribute("int", 1),
  epsilon: attribute("float", 1e-5),
  mode: attribute("string", "constant"),
  pads: attribute("ints", undefined),
};

describe("readAttributes", () => {
  it("fills in what is left out", () => {
    expect(readAttributes(schema, {}, "Op")).toEqual({ axis: 1, epsilon: 1e-5, mode: "constant", pads: undefined });
    expect(readAttributes(schema, { axis: { int: 0 }, pads: { ints: [1, 2] } }, "Op")).toEqual({
      axis: 0,
      epsilon: 1e-5,
      mode: "constant",
      pads: [1, 2],
    });
  });

  it("refuses another kind: 1 the float is not 1 the integer", () => {
    expect(() => readAttributes(schema, { axis: { float: 1 } }, "Op")).toThrow(
      "Op: got attribute axis of kind float; expected int",
    );
  });

  it("refuses what it does not know", () => {
    expect(() => readAttributes(schema, { ceil_mode: { int: 0 } }, "Op")).toThrow(
      "Op: got attribute ceil_mode; expected one of axis, epsilon, mode, pads",
    );
    expect(() => readAttributes({}, { axis: { int: 0 } }, "Op")).toThrow(
      "Op: got attribute axis; expected one of none",
    );
  });

  it("does not take names every object has for attributes", () => {
    expect(readAttributes({ constructor: attribute("int", 7) }, {}, "Op")).toEqual({ constructor: 7 });
    expect(() => readAttributes(schema, { constructor: { int: 7 } }, "Op")).toThrow("Op: got attribute constructor");
  });
});

describe("writeAttributes", () => {
  it("tags values with their kinds and leaves undefined ones out", () => {
    expect(writeAttributes(schema, { axis: 2, epsilon: 1, mode: "edge", pads: undefined })).toEqual({
      axis: { int: 2 },
      epsilon: { float: 1 },
      mode: { string: "edge" },
    });
  });

  it("is undone by readAttributes", () => {
    const values = { axis: -1, epsilon: 0.5, mode: "edge", pads: [0, 1] };
    expect(readAttributes(schema, writeAttributes(schema, values), "Op")).toEqual(values);
  });
});
