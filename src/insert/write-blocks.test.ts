import { describe, expect, it } from "vitest";
import type { Dim } from "../graph/graph.js";
import { conv } from "../layers/conv.js";
import { bottleneck, indexed, type Write } from "./networks.test.helper.js";
import { planSites } from "./plan-sites.js";
import { writeBlocks } from "./write-blocks.js";

const attention = { kind: "eca" } as const;

function written(write: Write, at?: readonly string[], shape?: readonly Dim[]) {
  const index = indexed(write, shape);
  return writeBlocks(index.graph, index, planSites(index, { attention, at }).chosen, attention);
}

describe("writeBlocks", () => {
  it("gives what the block makes to the readers on its edge, and changes nothing else", () => {
    const graph = written((p, x) => bottleneck(p.at("a"), x));
    expect(graph.nodes.find(({ name }) => name === "a.sum")!.inputs).toEqual(["a.se.out", "x"]);
    expect(graph.parameters.has("a.se.conv.weight")).toBe(true);
    expect(graph.outputs).toEqual([{ name: "a.out", dtype: "float32", shape: ["N", 4, 8, 8] }]);
  });

  it("leaves the name of an output to what comes out", () => {
    const graph = written((p, x) => conv(p.at("a"), x, { channels: 4, kernel: 3 }), ["a.out"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["a.out"]);
    expect(graph.nodes.find(({ op }) => op === "Conv")!.outputs).toEqual(["a.se.in"]);
  });

  it("turns maps whose channels are last", () => {
    const graph = written(
      (p, x) => {
        const y = conv(p.at("a"), p.g.call("Transpose", [x], { perm: [0, 3, 1, 2] }), { channels: 4, kernel: 3 });
        return p.g.call("Relu", [p.g.call("Transpose", [y], { perm: [0, 2, 3, 1] }, "last")], {}, "bent");
      },
      ["last"],
      ["N", 8, 8, 4],
    );
    const turned = graph.nodes.filter(({ name }) => /turned/.test(name)).map(({ name }) => name);
    expect(turned).toEqual(["se_2_1.turned", "se_2_1.turned_back"]);
    expect(graph.outputs[0]!.shape).toEqual(["N", 8, 8, 4]);
  });
});
