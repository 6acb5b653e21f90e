import { expect, it } from "vitest";
import { openDataset } from "../../data/node/open.js";
import { createModel } from "../../models/index.js";
import { usualJobs } from "./usual-jobs.js";

const dataset = await openDataset("glyphs", { trainLimit: 64, testLimit: 32 });
const small = createModel("seresnet20", { classes: 26, input: [3, 32, 32] });
const large = createModel("resnet50");
const choice = { graphs: [small], dataset, recipe: { batch: 32 }, runs: 6, threads: 2 };

it("trains small networks on a thread each, as many as there are runs", () => {
  expect(usualJobs(choice)).toBe(2);
  expect(usualJobs({ ...choice, threads: 1 })).toBe(1);
  expect(usualJobs({ ...choice, threads: 4, runs: 3 })).toBe(3);
});

it("trains networks one by one whose maps would fill the memory", () => {
  expect(usualJobs({ ...choice, graphs: [small, large] })).toBe(1);
  expect(usualJobs({ ...choice, recipe: { batch: 100_000 } })).toBe(1);
});
