import { afterAll, describe, expect, it } from "vitest";
import { prepareComparison } from "./prepare-comparison.js";
import { prepareTraining } from "./prepare-training.js";

const request = {
  query: { model: "resnet20" },
  data: "glyphs",
  dataOptions: { trainLimit: 48, testLimit: 16 },
  recipe: () => ({ batch: 16, warmup: 0.5 }),
  seed: 1,
};
const controller = new AbortController();
afterAll(() => controller.abort());

describe("epochsWithin", () => {
  it("gives as many epochs as fit into the time, more into more of it, and one at least", async () => {
    const epochsIn = async (minutes: number) => {
      const budget = { minutes, threads: 1, signal: controller.signal };
      return (await prepareTraining({ ...request, budget })).recipe.epochs;
    };
    expect(await epochsIn(1e-6)).toBe(1);
    const hour = await epochsIn(60);
    expect(hour).toBeGreaterThan(20);
    expect(await epochsIn(600)).toBeGreaterThan(2 * hour);
  });

  it("gives a comparison fewer, the more seeds it has", async () => {
    const { data, dataOptions, recipe } = request;
    const epochsFor = async (seeds: readonly number[], minutes: number) => {
      const budget = { minutes, threads: 1, signal: controller.signal };
      const models = ["resnet20", "seresnet20"];
      return (await prepareComparison({ models, data, dataOptions, recipe, seeds, budget })).recipe.epochs;
    };
    expect(await epochsFor([1], 1e-6)).toBe(1);
    const alone = await epochsFor([1], 60);
    expect(alone).toBeGreaterThan(10);
    expect(
      await epochsFor(
        Array.from({ length: 16 }, (_, i) => i + 1),
        60,
      ),
    ).toBeLessThan(alone / 4);
  });

  it("says when it begins to measure, and stops when it is told to", async () => {
    const stop = new AbortController();
    const budget = { minutes: 5, threads: 1, signal: stop.signal, onMeasure: () => stop.abort() };
    await expect(prepareTraining({ ...request, budget })).rejects.toMatchObject({ name: "AbortError" });
  });
});
