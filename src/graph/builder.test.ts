import { describe, expect, it } from "vitest";
import { floats } from "../testing/build-graph.js";
import { GraphBuilder } from "./builder.js";
import { float32 } from "./tensor.js";

function builder() {
  const g = new GraphBuilder("test");
  return { g, x: g.input("x", "float32", ["N", 3]) };
}

describe("GraphBuilder", () => {
  it("writes nodes in order, with the types of their values", () => {
    const { g, x } = builder();
    const w = g.parameter("w", [3], { kind: "constant", value: 1 });
    g.output(g.call("Relu", [g.call("Mul", [x, w], {}, "scaled")], {}, "y"));
    expect(g.build()).toMatchObject({
      name: "test",
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 3] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["N", 3] }],
      nodes: [
        { name: "scaled", op: "Mul", domain: "", inputs: ["x", "w"], outputs: ["scaled"] },
        { name: "y", op: "Relu", domain: "", inputs: ["scaled"], outputs: ["y"] },
      ],
    });
  });

  it("casts to a type by its name", () => {
    const { g, x } = builder();
    expect(g.cast(x, "float64")).toMatchObject({ dtype: "float64", shape: ["N", 3] });
    expect(g.nodes).toMatchObject([{ op: "Cast", attributes: { to: { int: 11 } } }]);
  });

  it("gives one node for equal unnamed calls, and one constant for equal small ones", () => {
    const { g, x } = builder();
    expect(g.call("Neg", [x])).toBe(g.call("Neg", [x]));
    expect(g.call("Neg", [x], {}, "other")).not.toBe(g.call("Neg", [x]));
    expect(g.call("Flatten", [x], { axis: 0 })).not.toBe(g.call("Flatten", [x], { axis: 1 }));
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.scalar(0)).not.toBe(g.scalar(-0));
    expect(g.ints([1])).not.toBe(g.constant(float32([1], [1])));
    expect(g.ints([1, 2])).not.toBe(g.ints([12]));
    expect(g.build().nodes).toHaveLength(4);
  });

  it("names what has no name, and keeps off reserved names", () => {
    const g = new GraphBuilder("test");
    g.reserve(["Neg_0", "Neg_1"]);
    expect(g.call("Neg", [g.input("x", "float32", [1])]).name).toBe("Neg_2");
  });

  it("names the outputs after the first name:1, name:2", () => {
    const g = new GraphBuilder("test");
    const inputs = [[4, 2], [2], [2], [2], [2]].map((shape, i) => g.input(`x${i}`, "float32", shape));
    const outputs = g.callMany("BatchNormTraining", inputs, {}, 3, "bn");
    expect(outputs.map(({ name }) => name)).toEqual(["bn", "bn:1", "bn:2"]);
  });

  it("gives an output another name through an Identity", () => {
    const { g, x } = builder();
    g.output(x, "y");
    expect(g.build().nodes).toMatchObject([{ op: "Identity", inputs: ["x"], outputs: ["y"] }]);
  });

  it("leaves a graph that was built alone when it goes on", () => {
    const { g, x } = builder();
    const before = g.build();
    g.output(g.call("Neg", [x]));
    expect(before.nodes).toEqual([]);
    expect(before.outputs).toEqual([]);
  });

  it("reports an unknown input where it is used, naming operator and node", () => {
    const { g, x } = builder();
    const stranger = { name: "stranger", ...floats(3) };
    expect(() => g.call("Add", [x, stranger], {}, "sum")).toThrow(
      'Add (sum): got input "stranger"; expected a value defined before it is used',
    );
    expect(() => g.value("stranger")).toThrow('got input "stranger"; expected a value defined before it is used');
    expect(g.has("stranger")).toBe(false);
  });

  it.each<[string, (g: GraphBuilder) => unknown]>([
    ["an input", (g) => g.input("x", "float32", [1])],
    ["a parameter", (g) => g.parameter("x", [1], { kind: "constant", value: 0 })],
    ["a constant", (g) => g.constant(float32([], [1]), "x")],
    ["a node", (g) => g.call("Neg", [g.value("x")], {}, "x")],
  ])("refuses %s with a name that is taken", (_, define) => {
    const { g } = builder();
    expect(() => define(g)).toThrow('got a second value named "x"; expected names to be unique');
  });

  it("refuses more outputs than the operator has", () => {
    const { g, x } = builder();
    expect(() => g.callMany("Neg", [x], {}, 2, "node")).toThrow("Neg (node): got 2 outputs; expected at most 1");
  });

  it("refuses extents below 0", () => {
    const { g } = builder();
    expect(() => g.call("ConstantOfShape", [g.ints([2, -3])], {}, "node")).toThrow(
      "ConstantOfShape (node): got an output [2, -3]; expected extents that are 0 or more",
    );
  });

  it("refuses to give one value out twice", () => {
    const { g, x } = builder();
    g.output(x);
    expect(() => g.output(x)).toThrow('got "x" as an output twice; expected each once, or a name of its own for it');
  });

  it("refuses an attribute the operator does not have", () => {
    const { g, x } = builder();
    const attributes = { axes: 1 } as object;
    expect(() => g.call("Flatten", [x], attributes)).toThrow("got attribute axes; expected one of axis");
  });
});
