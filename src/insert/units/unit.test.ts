import { describe, expect, it } from "vitest";
import { squeezeExcite } from "../../layers/attention/squeeze-excite.js";
import { conv } from "../../layers/conv.js";
import { bottleneck, indexed } from "../networks.test.helper.js";
import { findUnits } from "./find-units.js";
import { isGated } from "./found-unit.js";

describe("isGated", () => {
  it("tells a unit that has a gate from one that has none", () => {
    const index = indexed((p, x) => {
      const branch = conv(p.at("conv"), bottleneck(p.at("plain"), x), { channels: 4, kernel: 3 });
      return p.g.call("Add", [squeezeExcite(p.at("se"), branch), p.g.value("plain.out")], {}, "sum");
    });
    expect(findUnits(index).map((unit) => [unit.join.name, isGated(index, unit)])).toEqual([
      ["plain.sum", false],
      ["sum", true],
    ]);
  });
});
