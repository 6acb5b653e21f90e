import { describe, expect, it } from "vitest";
import { smallNet } from "../transform/stepping.test.helper.js";
import { planTraining, type StepRecipe } from "./plan.js";

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

  it("takes softplus into the graph for binary cross-entropy alone", () => {
    const ops = (loss: "ce" | "bce") => new Set(planTraining(net, { batch: 4, loss }).graph.nodes.map(({ op }) => op));
    expect([ops("ce").has("Softplus"), ops("bce").has("Softplus")]).toEqual([false, true]);
  });
});
