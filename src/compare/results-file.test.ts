import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { syntheticComparison } from "./fixture.test.helper.js";
import { formatResults, parseResults } from "./results-file.js";
import { summarise } from "./summarise.js";

const results = summarise(syntheticComparison({ epochs: 2, images: 60, classes: ["[1 2]", "b", "c"] }));

describe("results.json", () => {
  it("is read as it was written", () => expect(parseResults(formatResults(results))).toEqual(results));

  it("keeps lists of numbers on one line, and text as it is", () => {
    const lines = formatResults(results).split("\n");
    expect(lines).toContain(`  "labels": [${results.labels.join(",")}],`);
    expect(lines).toContain('      "[1 2]",');
  });

  it("holds the loss of a diverged run as null", () => {
    const diverged = structuredClone(results);
    diverged.models[0]!.runs[0]!.epochs[0]!.trainLoss = Number.NaN;
    expect(parseResults(formatResults(diverged)).models[0]!.runs[0]!.epochs[0]!.trainLoss).toBeNull();
  });

  it("says where a file is wrong", () => {
    expect(() => parseResults("{")).toThrow(UserError);
    expect(() => parseResults('{"kind":"other"}')).toThrow(/results.json: not a senet comparison\n[\s\S]*kind/);
    const short = formatResults({ ...results, labels: [0] });
    expect(() => parseResults(short)).toThrow("resnet20, seed 1 has 60 predictions; expected 1, one per label");
  });
});
