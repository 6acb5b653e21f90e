import { expect, it } from "vitest";
import { syntheticComparison } from "../compare/fixture.test.helper.js";
import { summarise } from "../compare/summarise.js";
import { describeGates, type GateStatistics, gateStatistics } from "./gate-statistics.js";

it("averages a block's gates over channels and seeds, and their deviations", () => {
  const [, model] = summarise(syntheticComparison({ seeds: 2, epochs: 1, images: 60 })).models;
  const gate = { site: "layer1.0.se", channels: 2, mean: [0.4, 0.6], std: [0.1, 0.3] };
  const perClass = [
    [0.3, 0.6],
    [0.5, 0.6],
  ];
  const runs = model!.runs.map((run, s) => ({ ...run, gates: [{ ...gate, mean: [0.4, 0.6 + 0.2 * s], perClass }] }));
  const [block] = gateStatistics({ ...model!, runs });
  expect(block!.mean).toBeCloseTo((0.5 + 0.6) / 2, 12);
  expect(block!.acrossChannels).toBeCloseTo((0.1 + 0.2) / 2, 12);
  expect(block!.acrossImages).toBeCloseTo(0.2, 12);
  expect(block!.acrossClasses).toBeCloseTo((0.1 + 0) / 2, 12);
});

it("says what stands out", () => {
  const block = (
    site: string,
    mean: number,
    acrossImages: number,
    acrossClasses: number | undefined,
  ): GateStatistics => ({
    site,
    channels: 16,
    mean,
    acrossChannels: 0.1,
    acrossImages,
    acrossClasses,
  });
  const deeper = [block("a", 0.5, 0.001, 0.01), block("b", 0.95, 0.1, 0.02), block("c", 0.6, 0.1, 0.04)];
  expect(describeGates(deeper)).toBe(
    "The deeper the block, the more its gates depend on the class (spread across classes 0.010 in the first third of " +
      "the blocks, 0.040 in the last), as the paper found. Close to 1 for most channels, so that all passes: b. " +
      "The same whatever the image shows, so a constant scale would do: a.",
  );
  expect(describeGates(deeper.toReversed())).toContain("Early blocks depend on the class more than deep ones");
  expect(describeGates([block("a", 0.5, 0.1, undefined)])).toBe("");
});
