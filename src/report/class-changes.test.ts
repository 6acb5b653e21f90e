import { expect, it } from "vitest";
import { syntheticComparison } from "../compare/fixture.test.helper.js";
import type { ModelResult } from "../compare/results.js";
import { scoreRun, summarise } from "../compare/summarise.js";
import { changedConfusions, classChanges, summedConfusion } from "./class-changes.js";

const labels = [0, 0, 0, 0, 1, 1, 1, 1, 2];
const [template] = summarise(syntheticComparison({ seeds: 2, epochs: 1, images: 9, classes: ["a", "b", "c"] })).models;

function model(...predictions: number[][]): ModelResult {
  const runs = predictions.map((list, s) => ({
    ...template!.runs[s]!,
    predictions: list,
    ...scoreRun(list, labels, 3),
  }));
  return { ...template!, runs };
}

const baseline = model([1, 1, 0, 0, 1, 1, 1, 1, 2], [1, 1, 1, 0, 1, 1, 1, 0, 2]);
const candidate = model([0, 0, 0, 0, 1, 1, 1, 2, 2], [1, 0, 0, 0, 1, 1, 1, 0, 2]);

it("adds up the confusions of all seeds", () =>
  expect(summedConfusion(baseline)).toEqual([
    [3, 5, 0],
    [1, 7, 0],
    [0, 0, 2],
  ]));

it("lists the mistakes whose number changed most, never the right answers", () =>
  expect(changedConfusions(baseline, candidate, 5)).toEqual([
    { from: 0, to: 1, baseline: 5, candidate: 1, change: -4 },
    { from: 1, to: 2, baseline: 0, candidate: 1, change: 1 },
  ]));

it("gives the change of accuracy by class in points, where there are images enough", () => {
  const changes = classChanges(baseline, candidate, labels);
  expect(changes.map(({ index, change }) => [index, change])).toEqual([
    [1, -12.5],
    [0, 50],
  ]);
  expect(changes[1]).toMatchObject({ baseline: 37.5, candidate: 87.5 });
});
