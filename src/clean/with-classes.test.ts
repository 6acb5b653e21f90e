import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { headOf } from "../read/head.js";
import { withClasses } from "./with-classes.js";

const exported = (name: string) =>
  readOnnx(readFileSync(fileURLToPath(new URL(`../../tests/goldens/exports/${name}.onnx`, import.meta.url)))).graph;

describe("withClasses", () => {
  it.each(["resnet18.training", "squeezenet1_1", "shufflenet_v2_x0_5.training"])("changes the logits of %s", (file) => {
    const graph = exported(file);
    const changed = withClasses(graph, 7);
    expect(changed.outputs[0]!.shape.at(-1)).toBe(7);
    const head = new Set(headOf(graph).map(({ name }) => name));
    for (const [name, { shape }] of changed.parameters) {
      if (!head.has(name)) expect(shape, name).toEqual(graph.parameters.get(name)!.shape);
    }
    const [weight] = headOf(changed);
    const data = Array.from(initialise(changed, 1).get(weight!.name)!.data, Number);
    const limit = 1 / Math.sqrt(weight!.fanIn); // as PyTorch starts a new layer
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(new Set(data).size).toBeGreaterThan(7);
  });
});
