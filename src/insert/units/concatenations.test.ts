import { describe, expect, it } from "vitest";
import type { Value } from "../../graph/graph.js";
import { conv } from "../../layers/conv.js";
import type { Scope } from "../../layers/scope.js";
import { indexed, told, type Write } from "../networks.test.helper.js";
import { channelSplitUnits, denseLayers, inceptionModules } from "./concatenations.js";

const mixed = (p: Scope, x: Value, channels = 4) => conv(p, x, { channels, kernel: 3 });
const joined = (p: Scope, maps: readonly Value[], name = "joined") => p.g.call("Concat", maps, { axis: 1 }, name);

/** Two halves of the channels, of which one passes a filter of each channel by itself. */
const split: Write = (p, x) => {
  const [one, two] = p.g.callMany("Split", [x, p.g.ints([2, 2])], { axis: 1 }, 2, "half");
  const branch = conv(p.at("b"), conv(p.at("a"), two!, { channels: 2, kernel: 1 }), {
    channels: 2,
    kernel: 3,
    group: 2,
  });
  return joined(p, [one!, branch]);
};

/** A layer that reads all features, and another one. */
const dense: Write = (p, x) => {
  const first = joined(p, [x, mixed(p.at("a"), x)], "first");
  return joined(p, [first, mixed(p.at("b"), first)], "second");
};

const inception: Write = (p, x) => joined(p, [mixed(p.at("a"), x), mixed(p.at("b"), mixed(p.at("c"), x))]);

/** As in VoVNet: every layer reads the one before, and all are kept. */
const chain: Write = (p, x) => {
  const maps = [x];
  for (const name of ["a", "b", "c"]) maps.push(mixed(p.at(name), maps.at(-1)!));
  return joined(p, maps);
};

const enlarged: Write = (p, x) => {
  const small = conv(p.at("a"), x, { channels: 4, kernel: 3, stride: 2 });
  const sizes = p.g.ints([1, 4, 8, 8]);
  return joined(p, [mixed(p.at("c"), x), p.g.call("Resize", [mixed(p.at("b"), small), undefined, undefined, sizes])]);
};

describe("concatenations", () => {
  it("channelSplitUnits finds two ways, the longer with a depthwise convolution", () => {
    expect(channelSplitUnits(indexed(split), new Set()).map(told)).toEqual([
      { kind: "channel-split unit", value: "b.out", join: "joined", from: "x", shortcut: "half" },
    ]);
    for (const other of [dense, inception, chain]) expect(channelSplitUnits(indexed(other), new Set())).toEqual([]);
  });

  it("denseLayers finds what is put behind all it was made of", () => {
    expect(denseLayers(indexed(dense), new Set()).map(told)).toEqual([
      { kind: "dense layer", value: "a.out", join: "first" },
      { kind: "dense layer", value: "b.out", join: "second" },
    ]);
    for (const other of [inception, chain]) expect(denseLayers(indexed(other), new Set())).toEqual([]);
  });

  it.each([
    ["several branches", inception],
    ["a chain of layers", chain],
  ])("inceptionModules finds %s, and weighs the whole", (_, write) => {
    expect(inceptionModules(indexed(write), new Set()).map(told)).toEqual([
      { kind: "concatenation", value: "joined", join: "joined" },
    ]);
  });

  it("none takes what was enlarged for a unit, as in U-Net", () => {
    const index = indexed(enlarged, [1, 4, 8, 8]);
    for (const find of [channelSplitUnits, denseLayers, inceptionModules]) expect(find(index, new Set())).toEqual([]);
  });
});
