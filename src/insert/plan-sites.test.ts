import { describe, expect, it } from "vitest";
import { conv } from "../layers/conv.js";
import { bottleneck, indexed, type Write } from "./networks.test.helper.js";
import { planSites, type WhereOptions } from "./plan-sites.js";

/** A stem, two units on maps of one size, and one on maps of half of it. */
const network: Write = (p, x) => {
  const stem = conv(p.at("stem"), x, { channels: 4, kernel: 3 });
  const first = bottleneck(p.at("b"), bottleneck(p.at("a"), stem));
  return bottleneck(p.at("c"), conv(p.at("down"), first, { channels: 4, kernel: 3, stride: 2 }));
};

const planned = (options: Omit<WhereOptions, "attention"> & { stages?: readonly number[] }, write = network) => {
  const { stages, ...where } = options;
  return planSites(indexed(write), { attention: { kind: "se", ...(stages && { stages }) }, ...where });
};

const names = ({ chosen }: ReturnType<typeof planned>) => chosen.map(({ site }) => site.name);

describe("planSites", () => {
  it("gives every unit a site", () => {
    const { chosen, gated } = planned({});
    expect(gated).toEqual([]);
    expect(chosen.map(({ site }) => site)[2]).toEqual({
      name: "c.se",
      kind: "residual branch",
      stage: 3,
      block: 1,
      node: "c.sum",
      value: "c.bn3.out",
      channels: 4,
    });
  });

  it.each([
    [[2], ["a.se", "b.se"]],
    [[3], ["c.se"]],
  ])("takes the units of stages %j", (stages, expected) => expect(names(planned({ stages }))).toEqual(expected));

  it("takes a node by its name, whatever it is", () => {
    const { chosen } = planned({ at: ["stem.out"] });
    expect(chosen.map(({ site: { kind, value } }) => [kind, value])).toEqual([["node", "stem.out"]]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "stages that are not there",
      () => planned({ stages: [2, 7] }),
      "got attention in stages 7; expected some of 2, 3",
    ],
    ["a name that is not there", () => planned({ at: ["stem.oat"] }), 'did you mean "stem.out"?'],
    ["a value that is no map", () => planned({ at: ["stem.weight"] }), "expected a node that gives a map [N, C, H, W]"],
    [
      "a network without convolutions",
      () => planned({}, ({ g }, x) => g.call("Relu", [x], {}, "r")),
      "got a network without convolutions (it begins with Relu r)",
    ],
  ])("refuses %s", (_, plan, message) => expect(plan).toThrow(message));
});
