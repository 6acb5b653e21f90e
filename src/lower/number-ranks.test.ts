import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runFile } from "../testing/run-graph.js";
import { withNumberRanks } from "./number-ranks.js";

describe("withNumberRanks", () => {
  const g = new GraphBuilder("update");
  const w = g.input("w", "float32", [4, 3, 1, 1]);
  const lr = g.input("lr", "float32", []);
  const rows = g.input("rows", "float32", [4, 3]);
  g.output(g.call("Sub", [w, g.call("Mul", [w, lr])]), "next");
  g.output(g.call("Mul", [g.scalar(2), w]), "twice");
  g.output(g.call("Mul", [rows, lr]), "plain");
  const graph = g.build();

  it("gives numbers the axes of the weights they meet, and leaves other products alone", () => {
    const raised = withNumberRanks(graph);
    const shapes = (made: typeof graph) => {
      const values = new Map(
        made.nodes.flatMap(({ op, inputs, outputs }) => outputs.map((name) => [name, { op, inputs }])),
      );
      return made.outputs.map(({ name }) => values.get(name)!.op);
    };
    expect(shapes(raised)).toEqual(["Identity", "Identity", "Identity"]);
    expect(raised.nodes.map(({ op }) => op)).toEqual([
      "Reshape",
      "Mul",
      "Sub",
      "Identity",
      "Mul",
      "Identity",
      "Mul",
      "Identity",
    ]);
    expect([...raised.constants.values()].some(({ shape }) => shape.join() === "1,1,1,1")).toBe(true);
  });

  it("changes no bit of the results", async () => {
    const feeds = { w: randomTensor([4, 3, 1, 1], 1), lr: randomTensor([], 2), rows: randomTensor([4, 3], 3) };
    expect(await runFile(writeOnnx(withNumberRanks(graph)), feeds)).toEqual(await runFile(writeOnnx(graph), feeds));
  });
});
