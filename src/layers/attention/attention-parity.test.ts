import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { runGraph } from "../../testing/run-graph.js";
import { between, startValue } from "../../testing/torch-golden.js";
import { Scope } from "../scope.js";
import { attend, parseAttention, placementOf, type SomeAttention } from "./attention.js";

/** What timm or, where it has no such block, PyTorch makes of a map; see tests/goldens/make-zoo.py. */
const goldens = readFileSync(new URL("../../../tests/goldens/blocks.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): { attention: string; y: number[] } => JSON.parse(line));

const size = [2, 32, 6, 7] as const;

function graphOf(text: string) {
  const attention = parseAttention(text) as SomeAttention;
  const g = new GraphBuilder("test");
  const x = g.input("x", "float32", ["N", ...size.slice(1)]);
  const place = { placement: placementOf(attention), stage: 1 };
  g.output(attend(new Scope(g), x, attention, place), "y");
  return g.build();
}

describe("attention blocks give what timm's and PyTorch's give", () => {
  it.each(goldens)("$attention", async ({ attention, y }) => {
    const graph = graphOf(attention);
    const weights = [...graph.parameters].map(([name, { shape }]) => [name, startValue(name, shape)] as const);
    const results = await runGraph(graph, { ...Object.fromEntries(weights), x: between("x", size, -1, 1) });
    const actual = Array.from(results.y!.data, Number).filter((_, i) => i % 37 === 0);
    expect(actual).toHaveLength(y.length);
    for (const [i, value] of y.entries()) expect(actual[i]).toBeCloseTo(value, 5);
  });

  it("and so do all that one of the two has", () => {
    const shown = new Set(goldens.map(({ attention }) => attention.split(":")[0]!));
    expect([...shown].sort()).toEqual(["cbam", "ceca", "eca", "ese", "gc", "ge", "scse", "se", "sk"]);
  });
});
