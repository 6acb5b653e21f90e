import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { createModel, models } from "../models/index.js";
import { parameterForms } from "./parameter-forms.js";

const init = { kind: "constant", value: 1 } as const;

describe("parameterForms", () => {
  it("knows kernels by the layer that takes them, whatever their rank, and the axis of their outputs", () => {
    const g = new GraphBuilder("forms");
    const x = g.input("x", "float32", ["N", 3, 8, 8]);
    const y = g.call("Conv", [x, g.parameter("conv", [5, 3, 1, 1], init), g.parameter("conv.bias", [5], init)]);
    const up = g.call("ConvTranspose", [y, g.parameter("up", [5, 4, 2, 2], init)], { strides: [2, 2] });
    const pooled = g.call("Reshape", [g.call("GlobalAveragePool", [up]), g.ints([-1, 4])]);
    const kept = g.call("Transpose", [g.parameter("kept", [6, 4], init)], { perm: [1, 0] });
    const a = g.call("MatMul", [pooled, kept]);
    const b = g.call("MatMul", [a, g.parameter("tokens", [6, 7], init)]);
    const c = g.call("Gemm", [b, g.parameter("rows", [2, 7], init)], { transB: 1 });
    g.output(g.call("Gemm", [c, g.parameter("columns", [2, 3], init)]), "logits");
    const forms = parameterForms(g.build());
    const units = [...forms].flatMap(([name, form]) => (form.kind === "kernel" ? [[name, form.units]] : []));
    expect(Object.fromEntries(units)).toEqual({ conv: 0, up: 0, kept: 0, tokens: 1, rows: 0, columns: 1 });
    expect(forms.get("conv.bias")).toEqual({ kind: "vector" });
  });

  it.each([
    ["group norm's scale", [12, 1, 1], "vector"],
    ["gamma, reshaped", [1, 12, 1, 1], "vector"],
    ["one number", [], "vector"],
    ["a slope", [1], "vector"],
    ["positions", [1, 5, 12], "table"],
  ])("tells %s of shape [%s] by its extents: a %s", (_, shape, kind) => {
    const g = new GraphBuilder("product");
    const x = g.input("x", "float32", ["N", 12, 5, 12]);
    g.output(g.call("Mul", [x, g.parameter("w", shape, init)]), "y");
    expect(parameterForms(g.build()).get("w")).toEqual({ kind });
  });

  it("agrees with the rank on every network of the zoo, whose vectors have one axis", () => {
    for (const name of Object.keys(models)) {
      const graph = createModel(name);
      const forms = parameterForms(graph);
      const others = [...graph.parameters].filter(
        ([parameter, { shape }]) => (forms.get(parameter)!.kind === "vector") !== shape.length < 2,
      );
      expect([name, others.map(([parameter]) => parameter)]).toEqual([name, []]);
    }
  });
});
