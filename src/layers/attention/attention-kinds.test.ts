import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { attentionKinds } from "./attention-kinds.js";

const table = Object.entries(attentionKinds) as [string, AttentionBlock<object>][];

/** The files that blocks are imported from, `./cbam`. */
const text = readFileSync(new URL("attention-kinds.js", import.meta.url), "utf8");
const files = [...text.matchAll(/ from "(\.\/[a-z-]+)\.js"/g)].map(([, file]) => file!);

/** The parameters of a block over a map [N, 64, 8, 8], by their names inside the block. */
function parametersOf({ apply }: AttentionBlock<object>): string[] {
  const g = new GraphBuilder("test");
  apply(new Scope(g, "block"), g.input("x", "float32", ["N", 64, 8, 8]));
  return [...g.build().parameters.keys()].map((name) => name.slice("block.".length));
}

describe("every attention block", () => {
  it.each(files)("has a test: that of %s", (file) =>
    expect(existsSync(new URL(`${file}.test.js`, import.meta.url))).toBe(true),
  );

  it.each(table)("%s starts neutral by constants for parameters that it has, or says why it cannot", (_, block) => {
    const start = block.neutral({});
    if ("none" in start) return expect(start.none).toMatch(/^\w[^.]{10,}$/);
    expect(parametersOf(block)).toEqual(expect.arrayContaining(Object.keys(start.constants)));
  });

  it.each(table)("%s has the first dense layer that it names", (_, block) =>
    expect(parametersOf(block)).toEqual(
      expect.arrayContaining(block.firstDense === undefined ? [] : [block.firstDense]),
    ),
  );
});
