import { describe, expect, it } from "vitest";
import { float32, type Tensor } from "../graph/tensor.js";
import { batchOf, flag, scalar, smallNet, weightsOf } from "../step/stepping.test.helper.js";
import { runFile } from "../testing/run-graph.js";
import { readSafetensors } from "../weights/safetensors/safetensors.js";
import { exportTrainingStep } from "./export-step.js";
import { planTraining } from "./plan.js";

const net = smallNet({ head: (g, x) => g.call("Dropout", [x, g.scalar(0.1)], {}, "drop") });
const recipe = {
  batch: 4,
  optimizer: "adamw",
  schedule: "onecycle",
  accumulate: 2,
  clip: { norm: 1 },
  ema: { decay: 0.99 },
  mixed: true,
  groups: [{ match: "conv1.*", freeze: true }],
} as const;
const plan = planTraining(net, recipe);
const files = exportTrainingStep(plan, weightsOf(net), 5);
const text = new TextDecoder().decode(files.get("README.md"));

describe("exportTrainingStep", () => {
  it("writes the graph, the first state and a README", () => {
    expect([...files.keys()]).toEqual(["step.onnx", "state.safetensors", "README.md"]);
  });

  it("trains from the files alone: a batch is learnt by heart", async () => {
    let { tensors }: { tensors: ReadonlyMap<string, Tensor> } = readSafetensors(files.get("state.safetensors")!);
    const { x, y } = batchOf(4, 1);
    const feeds = { x, y, y2: y, mix: float32([4], [1, 1, 1, 1]), lr: scalar(0.1), momentum: scalar(0.9) };
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      const results = await runFile(files.get("step.onnx")!, {
        ...Object.fromEntries(tensors),
        ...feeds,
        apply: flag(step % 2 === 1),
      });
      tensors = new Map([...tensors].map(([name, value]) => [name, results[`next.${name}`] ?? value]));
      losses.push(Number(results.loss!.data[0]));
    }
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
    expect(tensors.get("random")!.data).toEqual(BigInt64Array.of(5n, 30n));
    expect(tensors.get("step")!.data).toEqual(BigInt64Array.of(15n));
  });

  it("tells in the README of every input and output with its type", () => {
    for (const { name, dtype, shape } of [...plan.graph.inputs, ...plan.graph.outputs]) {
      expect(text).toMatch(new RegExp(`\`${name.replaceAll(".", "\\.")}\``));
      expect(text).toContain(`${dtype} [${shape.join(", ")}]`);
    }
    for (const name of plan.graph.parameters.keys()) expect(text).toContain(`\`${name}\``);
    for (const line of text.split("\n").filter((row) => row.startsWith("| "))) expect(line).not.toMatch(/\|\s+\|/);
    expect(text).toContain(
      "| `ema.fc.weight` | `next.ema.fc.weight` | float32 [4, 5] | average | that of `fc.weight` |",
    );
    expect(text).toContain("| `random` | `next.random` | int64 [2] | random | the seed, and 0 |");
    expect(text).toContain("## Kept as it is");
  });

  it("refuses a step in an engine's own layout", () => {
    const node = {
      name: "n",
      op: "ReorderInput",
      domain: "com.microsoft.nchwc",
      inputs: [],
      outputs: [],
      attributes: {},
    };
    const blocked = { ...plan, graph: { ...plan.graph, nodes: [node] } };
    expect(() => exportTrainingStep(blocked, weightsOf(net))).toThrow(
      "got a step with com.microsoft.nchwc.ReorderInput; expected ONNX's own operators; plan it without a target",
    );
  });
});
