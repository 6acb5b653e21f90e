import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Node, Value } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { largestError } from "../testing/naive-conv.js";

/** What PyTorch computed for one operator, in double precision; see tests/goldens/make-pointwise.py. */
interface Golden {
  readonly op: string;
  readonly attributes: Readonly<Record<string, number | string>>;
  readonly inputs: readonly { readonly shape: number[]; readonly data: number[]; readonly gradient?: number[] }[];
  readonly output: { readonly shape: number[]; readonly data: number[]; readonly dy: number[] };
}

const text = readFileSync(new URL("../../tests/goldens/pointwise.jsonl", import.meta.url), "utf8");
const goldens = text
  .trimEnd()
  .split("\n")
  .map((line): Golden => JSON.parse(line));

/** Names of attributes that ONNX holds as whole numbers. */
const whole = new Set(["size", "num_groups", "axis"]);

function nodeOf({ op, attributes }: Golden, inputs: readonly Value[]): Node {
  const tagged = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === "string" ? { string: value } : whole.has(name) ? { int: value } : { float: value },
  ]);
  const names = inputs.map(({ name }) => name);
  return { name: "node", op, domain: "", inputs: names, outputs: ["node"], attributes: Object.fromEntries(tagged) };
}

/** `LRN {"size":3} [2,7,3,2]` */
function titleOf({ op, attributes, inputs }: Golden): string {
  return [op, JSON.stringify(attributes), ...inputs.map(({ shape }) => JSON.stringify(shape))].join(" ");
}

describe("PyTorch's values and gradients", () => {
  it.each(goldens.map((golden) => [titleOf(golden), golden] as const))("of %s", async (_, golden) => {
    const { inputs, output } = golden;
    const wanted = inputs.flatMap(({ gradient }, i) => (gradient === undefined ? [] : [i]));
    const { y, gradients } = await computeGradients(
      inputs.map(({ shape, data }) => float32(shape, data)),
      float32(output.shape, output.dy),
      (g, ...values) => {
        const made = g.append(nodeOf(golden, values))[0]!;
        return output.shape.length === 0 ? g.call("Reshape", [made, g.ints([])]) : made; // Reduce operators keep axes
      },
      wanted,
    );
    expect(largestError(y, float32(output.shape, output.data))).toBeLessThan(1e-5);
    for (const [k, i] of wanted.entries()) {
      const expected = float32(inputs[i]!.shape, inputs[i]!.gradient!);
      expect(largestError(gradients[k]!, expected)).toBeLessThan(1e-5);
    }
  });
});
