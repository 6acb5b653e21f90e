import { describe, expect, it } from "vitest";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { classes, network, stages } from "../lower/nchwc/residual-net.test.helper.js";
import { namesMatching } from "../read/name-pattern.js";
import { flag, scalar, smallNet, stepping, weightsOf } from "../step/stepping.test.helper.js";
import { channelBlockHere } from "../testing/channel-block.js";
import { randomTensor } from "../testing/random-tensor.js";
import { draftTraining, planTraining, type StepRecipe } from "./plan.js";
import { stripesNet } from "./stripes.test.helper.js";

const channelBlock = await channelBlockHere();

const net = smallNet();

function inputs(recipe: Partial<StepRecipe>): string[] {
  const { graph, state } = planTraining(net, { batch: 4, ...recipe });
  const held = new Set(state.map(({ input }) => input));
  return graph.inputs.map(({ name }) => name).filter((name) => !held.has(name));
}

describe("planTraining", () => {
  it.each<[Partial<StepRecipe>, string[]]>([
    [{}, ["x", "y", "lr"]],
    [{ schedule: "cosine", smoothing: 0.1, ema: {} }, ["x", "y", "lr"]],
    [{ mixed: true }, ["x", "y", "y2", "mix", "lr"]],
    [{ accumulate: 4 }, ["x", "y", "lr", "apply"]],
    [{ schedule: "onecycle" }, ["x", "y", "lr", "momentum"]],
    [{ schedule: "onecycle", cycleMomentum: false }, ["x", "y", "lr"]],
  ])("makes the step of %j take what it needs", (recipe, expected) => expect(inputs(recipe)).toEqual(expected));

  it("gives the optimizer its numbers, and leaves it its own defaults", () => {
    const plan = planTraining(net, { batch: 4, optimizer: "rmsproptf", momentum: 0.9 });
    const kinds = plan.state.flatMap(({ input }) => (input.endsWith("fc.weight") ? [input] : []));
    expect(kinds).toEqual(["fc.weight", "square_avg.fc.weight", "momentum_buffer.fc.weight"]);
  });

  it.each<[Partial<StepRecipe>, readonly string[], number]>([
    [{}, ["*"], 4],
    [{ learn: "*" }, ["*"], 4],
    [{ learn: "@gates" }, ["se.*"], 0],
    [{ learn: ["@gates", "@head"] }, ["se.*", "fc.*"], 0],
    [{ learn: "@gates", frozenBatchNorm: false }, ["se.*"], 4],
    [{ learn: "bn1.*" }, ["bn1.*"], 2],
    [{ groups: [{ match: ["bn1.*", "bn2.*"], freeze: true }] }, ["conv*", "se.*", "fc.*"], 4],
    [{ frozenBatchNorm: "bn1.*" }, ["*"], 2],
  ])("lets learn what %j says: %j, with %i running statistics", (recipe, patterns, statistics) => {
    const { state } = planTraining(stripesNet(), { batch: 4, ...recipe });
    const names = (wanted: string) => state.flatMap(({ kind, input }) => (kind === wanted ? [input] : [])).toSorted();
    const trainable = [...stripesNet().parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
    expect(names("parameter")).toEqual(namesMatching(patterns, trainable, "parameter").toSorted());
    expect(names("statistic").length).toBe(statistics);
  });

  it("takes softplus into the graph for binary cross-entropy alone", () => {
    const ops = (loss: "ce" | "bce") => new Set(planTraining(net, { batch: 4, loss }).graph.nodes.map(({ op }) => op));
    expect([ops("ce").has("Softplus"), ops("bce").has("Softplus")]).toEqual([false, true]);
  });
});

describe.runIf(channelBlock !== undefined)("a step in blocks of channels", () => {
  const batch = channelBlock ?? 1;
  // Smooth: without the kinks of ReLU, at which a rounding may turn a gradient.
  const block = { channels: 2 * batch, stride: 2, activation: "Sigmoid" } as const;
  const graph = network([3, 8, 8], (p, x) => stages(p, x, block, { ...block, se: true }));

  /** The state after one update and the last step's other results. */
  async function after(recipe: Partial<StepRecipe>, blocked: boolean): Promise<Map<string, Tensor>> {
    const run = await stepping(
      planTraining(graph, { batch, ...recipe }, blocked ? { channelBlock } : {}),
      weightsOf(graph),
    );
    const labels = (by: number) =>
      int64(
        [batch],
        Array.from({ length: batch }, (_, n) => (n * by) % classes),
      );
    let results: Record<string, Tensor> = {};
    for (let step = 0; step < (recipe.accumulate ?? 1); step++) {
      results = await run.step({
        x: randomTensor([batch, 3, 8, 8], 1),
        ...{ y: labels(3), y2: labels(7), mix: float32([batch], new Float32Array(batch).fill(0.75)) },
        ...{ lr: scalar(1e-3), momentum: scalar(0.8), apply: flag(step % 2 === 1) },
      });
    }
    await run.release();
    return new Map([...run.state, ...Object.entries(results)]);
  }

  it.each<Partial<StepRecipe>>([
    {
      ...{
        optimizer: "sgd",
        momentum: 0.9,
        schedule: "onecycle",
        accumulate: 2,
        clip: { norm: 1 },
        ema: { decay: 0.9 },
      },
      ...{ mixed: true, smoothing: 0.1, layerDecay: 0.8, frozenBatchNorm: "layer1.*" },
    },
    { loss: "bce", clip: { agc: 0.1 }, groups: [{ match: ["conv1.*", "bn1.*", "layer1.*"], freeze: true }] },
  ])("does what the standard one does with %j", async (recipe) => {
    const [plain, blocked] = [await after(recipe, false), await after(recipe, true)];
    expect([...blocked.keys()]).toEqual([...plain.keys()]);
    for (const [name, tensor] of plain) {
      const expected = toNumbers(tensor);
      const actual = toNumbers(blocked.get(name)!);
      const error = Math.hypot(...expected.map((value, i) => actual[i]! - value));
      const far = error / Math.max(Math.hypot(...expected), 0.05);
      expect([name, far < 1e-4 ? "near" : far]).toEqual([name, "near"]);
    }
  });
});

describe("draftTraining", () => {
  it("knows what a step carries on before it is written, for any engine", () => {
    const recipe = { batch: 4, accumulate: 2, ema: {} };
    const draft = draftTraining(net, recipe);
    for (const target of [{}, { channelBlock: 8 }, { recompute: true }]) {
      const { graph, ...rest } = planTraining(net, recipe, target);
      const written = draft.write(target);
      expect(writeOnnx(written.graph)).toEqual(writeOnnx(graph));
      expect(rest).toEqual({ state: draft.state, fixed: draft.fixed, unused: draft.unused });
    }
  });
});
