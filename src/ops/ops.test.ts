import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { type OpName, opOf, ops } from "./index.js";
import type { Op } from "./op.js";

const table = Object.entries(ops) as [OpName, Op][];

/** `LogSoftmax` is in `log-softmax`. */
function fileOf(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
}

function compiled(file: string): boolean {
  return ["", "engine/"].some((folder) => existsSync(new URL(`./${folder}${file}.js`, import.meta.url)));
}

describe("every operator", () => {
  it.each(table)("%s has a file and a test of its name", (name) => {
    expect(compiled(fileOf(name))).toBe(true);
    expect(compiled(`${fileOf(name)}.test`)).toBe(true);
  });

  it.each(table)("%s has a gradient, or says why it has none", (_, { gradient }) => {
    if (typeof gradient !== "function") expect(gradient.none).toMatch(/^\w[^.]{10,}$/);
  });

  it.each(table)("%s is lowered if and only if ONNX does not know it", (_, { domain, lower, algorithms }) => {
    const ways = [lower, algorithms].filter((way) => way !== undefined); // one way, or several to choose from
    expect(ways.length).toBe(domain === "senet" ? 1 : 0);
  });

  it.each(table)("%s says which input is missing, naming itself and the node", (name, { domain }) => {
    const g = new GraphBuilder("test");
    const node = { name: "node", op: name, domain, inputs: [], outputs: ["y"], attributes: {} };
    expect(() => g.append(node)).toThrow(
      new RegExp(`^${name} \\(node\\): got no input \\w+ \\(number \\d\\); expected one$`),
    );
  });

  it.each(table)("%s refuses an attribute it does not know", (name, { attributes, domain }) => {
    const g = new GraphBuilder("test");
    const inputs = ["a", "b"].map((input) => g.input(input, "float32", [1, 1, 1, 1]).name);
    const node = { name: "node", op: name, domain, inputs, outputs: ["y"], attributes: { colour: { int: 1 } } };
    const known = Object.keys(attributes).join(", ") || "none";
    expect(() => g.append(node)).toThrow(`${name} (node): ${name}: got attribute colour; expected one of ${known}`);
  });
});

describe("opOf", () => {
  it("finds an operator in its domain; ai.onnx is another name of ONNX's own", () => {
    expect(opOf("Relu", "")).toBe(ops.Relu);
    expect(opOf("Relu", "ai.onnx")).toBe(ops.Relu);
    expect(opOf("ReluGradient", "senet")).toBe(ops.ReluGradient);
  });

  it.each([
    ["LSTM", "", "operator LSTM is not supported; export the model without it"],
    ["Relu", "com.microsoft", "operator com.microsoft.Relu is not supported; export the model without it"],
    ["toString", "", "operator toString is not supported; export the model without it"],
  ])("refuses %s of domain %j", (op, domain, message) => {
    expect(() => opOf(op, domain)).toThrow(message);
  });
});
