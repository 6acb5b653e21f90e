import { expect, it } from "vitest";
import { shortSites } from "./short-sites.js";

it.each([
  [
    ["layer1.0.se", "layer1.1.se"],
    ["layer1.0", "layer1.1"],
  ],
  [
    ["layer1.0.se.channel", "layer4.2.se.channel"],
    ["layer1.0", "layer4.2"],
  ],
  [
    ["features.1.block.1", "features.10.block.2"],
    ["1.block.1", "10.block.2"],
  ],
  [
    ["trunk_output.block1.block1-0.f.se", "trunk_output.block2.block2-1.f.se"],
    ["…k1.block1-0", "…k2.block2-1"],
  ],
  [["layer1.0.se"], ["layer1.0.se"]],
  [
    ["se", "se.channel"],
    ["se", "se.channel"],
  ],
  [[], []],
])("shortens %j to %j", (sites, names) => expect(shortSites(sites)).toEqual(names));
