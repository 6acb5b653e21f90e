import { describe, expect, it } from "vitest";
import { syntheticComparison } from "../compare/fixture.test.helper.js";
import { summarise } from "../compare/summarise.js";
import { renderComparisonReport } from "./comparison-page.js";

const results = summarise(syntheticComparison());
const page = await renderComparisonReport(results);

describe("renderComparisonReport", () => {
  it("is one page without scripts, links, handlers or anything from outside", () => {
    expect(page).not.toMatch(/<script|<link|<iframe|<object|\ssrc=|\shref=|@import|url\((?!#)|https?:/i);
    expect(page).not.toMatch(/<[^>]+\son\w+=/i);
  });

  it("opens with the verdict and holds every section", () => {
    expect(page).toContain(results.comparisons[0]!.sentence);
    const headings = [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
    expect(headings).toEqual([
      "Results",
      "Cost",
      "Is the difference more than noise?",
      "Learning curves",
      "Which classes",
      "What the gates do",
      "How it was measured",
    ]);
    expect(page).toContain(results.command);
  });

  it("draws every chart as scaling, labelled SVG with ids of its own", () => {
    const charts = page.match(/<svg [^>]*>/g)!;
    expect(charts).toHaveLength(1 + 2 + 2 + 1 + 1 + 9); // gain, curves, confusions, classes, spread, nine blocks
    for (const chart of charts) {
      expect(chart).toMatch(/^<svg class="chart" viewBox="0 0 \d+ \d+" role="img" aria-label="[^"]+">$/);
    }
    const ids = [...page.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page).not.toContain("NaN");
    expect(page).not.toContain("undefined");
  });

  it("is the same text every time", async () => expect(await renderComparisonReport(results)).toBe(page));

  it("shows names that look like markup as text", async () => {
    const evil = `<script>alert("1")</script>'&`;
    const models = [`resnet${evil}`, `seresnet${evil}`].map((name) => ({ name, error: 8, params: 1, macs: 1 }));
    const classes = [evil, `${evil}2`, `a long name of a class ${evil}`, "]]></style><img src=x onerror=alert(1)>"];
    const sites = [[`layer${evil}.se`, 16]] as const;
    const measured = syntheticComparison({ models, classes, sites, epochs: 3, images: 400 });
    measured.data.name = evil;
    measured.environment.cpu = evil;
    const text = await renderComparisonReport(summarise({ ...measured, command: evil }));
    expect(text).not.toMatch(/<script|<img|alert\("/);
    expect(text).toContain("<code>&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;</code>");
  });

  it.each([
    ["a single model", { models: [{ name: "resnet20", error: 9, params: 1, macs: 1 }] }],
    ["one seed, one epoch", { seeds: 1, epochs: 1 }],
    ["a hundred classes", { classes: Array.from({ length: 100 }, (_, k) => `class ${k}`) }],
    ["a perfect pair", { models: ["resnet20", "seresnet20"].map((name) => ({ name, error: -9, params: 1, macs: 1 })) }],
    ["wide blocks", { sites: [["layer4.2.se", 2048]] as const }],
  ])("holds for %s", async (_, options) => {
    const text = await renderComparisonReport(summarise(syntheticComparison({ images: 520, epochs: 4, ...options })));
    expect(text).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("says how many gates weigh places, with the charts of the others or without any", async () => {
    const spatial = structuredClone(results);
    spatial.models[0]!.spatialGates = 1;
    spatial.models[1]!.spatialGates = 9;
    const text = await renderComparisonReport(spatial);
    expect(page.includes("places of the map")).toBe(false);
    expect(text).toContain("One gate that weighs places of the map, not channels, is not shown.");
    expect(text).toContain("9 gates that weigh places of the map, not channels, are not shown.");
    expect(text.match(/Mean gates of/g)).toEqual(page.match(/Mean gates of/g));
  });

  it("draws gates that leave 0 to 1 on an axis that holds them", async () => {
    const tanh = structuredClone(results);
    const [first] = tanh.models[1]!.runs[0]!.gates;
    first!.mean = first!.mean.map((_, c) => (c % 2 === 0 ? -0.7 : 2.2));
    const text = await renderComparisonReport(tanh);
    const [before, after] = [page, text].map(
      (html) => html.split(`<svg class="chart"`).find((svg) => svg.includes("Mean gates of layer1.0.se"))!,
    );
    const ticks = (svg: string) => [...svg.matchAll(/>([-−]?[\d.]+)<\/text>/g)].map(([, tick]) => tick);
    expect(ticks(before!)).toEqual(["0", "0.5", "1"]);
    expect(ticks(after!)).toEqual(["-1", "1", "3"]);
  });

  it("leaves out losses that are not numbers", async () => {
    const diverged = structuredClone(results);
    for (const epoch of diverged.models[0]!.runs[0]!.epochs) epoch.trainLoss = null;
    expect(await renderComparisonReport(diverged)).not.toContain("NaN");
  });
});
