import { describe, expect, it } from "vitest";
import { conv } from "../layers/conv.js";
import { bottleneck, indexed, type Write } from "./networks.test.helper.js";
import { positionsOf } from "./stages.js";
import { findUnits } from "./units/find-units.js";

const halve = (stride: number) => ({ channels: 4, kernel: 3, stride });

/** Two units on maps of one size, then one on maps of half of it. */
const network: Write = (p, x) => {
  const first = bottleneck(p.at("b"), bottleneck(p.at("a"), conv(p.at("stem"), x, halve(1))));
  return bottleneck(p.at("c"), conv(p.at("down"), first, halve(2)));
};

describe("positionsOf", () => {
  it("counts stages by the size of maps from 2 on, as conv2_x is, and blocks inside them", () => {
    const index = indexed(network);
    expect(positionsOf(index, findUnits(index))).toEqual([
      { stage: 2, block: 1 },
      { stage: 2, block: 2 },
      { stage: 3, block: 1 },
    ]);
  });

  it("counts from 1 where the network begins with a unit", () => {
    const index = indexed((p, x) => bottleneck(p, x));
    expect(positionsOf(index, findUnits(index))).toEqual([{ stage: 1, block: 1 }]);
  });
});
