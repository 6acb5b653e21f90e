import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Attributes } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { compute } from "../testing/build-graph.js";
import { between, relativeError } from "../testing/torch-golden.js";

/** A case of `tests/goldens/make-spatial.py`, in double precision. */
interface Golden {
  readonly name: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
  readonly inputs: readonly (readonly number[])[];
  readonly ties?: boolean;
  readonly sizes?: readonly number[];
  readonly scales?: readonly number[];
  readonly pads?: readonly number[];
  readonly shape: readonly number[];
  readonly y: string;
  readonly gradients: readonly string[];
}

const cases: Golden[] = readFileSync(new URL("../../tests/goldens/spatial.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

function inputOf({ name, ties }: Golden, i: number, shape: readonly number[]): Tensor {
  const x = between(`${name}.${i}`, shape, -1, 1);
  return ties
    ? float32(
        shape,
        x.data.map((value) => Math.round(value * 2) / 2),
      )
    : x;
}

/** The attributes as a file holds them. */
function tagged(attributes: Golden["attributes"]): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "string"
        ? { string: value }
        : typeof value === "object"
          ? { ints: value }
          : name === "cubic_coeff_a"
            ? { float: value }
            : { int: value },
    ]),
  );
}

/** Constant inputs behind the ones that have gradients, by their place. */
function settingsOf(g: GraphBuilder, { sizes, scales, pads }: Golden): string[] {
  if (sizes) return ["", "", g.ints(sizes).name];
  if (scales) return ["", g.constant(float32([scales.length], scales)).name];
  return pads ? [g.ints(pads).name] : [];
}

describe("PyTorch's values and gradients", () => {
  it.each(cases)("$op: $name", async (golden) => {
    const { name, op, attributes, shape } = golden;
    const inputs = golden.inputs.map((dims, i) => inputOf(golden, i, dims));
    const [y, ...gradients] = await compute(inputs, (g, ...values: Value[]) => {
      const names = [...values.map((value) => value.name), ...settingsOf(g, golden)];
      const node = { name: "node", op, domain: "", inputs: names, outputs: ["y"], attributes: tagged(attributes) };
      const [made] = g.append(node) as [Value];
      const u = g.constant(between(`${name}.u`, shape, -1, 1));
      const loss = g.call("ReduceSum", [g.call("Mul", [made, u])], { keepdims: 0 });
      return [made, ...differentiate(g, loss, values).map((gradient) => gradient!)];
    });
    expect(y!.shape).toEqual(shape);
    expect(relativeError("y", y!, { full: golden.y })).toBeLessThan(1e-6);
    for (const [i, full] of golden.gradients.entries()) {
      expect(relativeError(`gradient ${i}`, gradients[i]!, { full })).toBeLessThan(1e-6);
    }
  });
});
