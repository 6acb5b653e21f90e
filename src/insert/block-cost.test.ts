import { expect, it } from "vitest";
import { blockCost } from "./block-cost.js";

it.each([
  // two dense layers of 64·4 weights with 4 + 64 biases
  [{ kind: "se" }, ["N", 64, 8, 8], { params: 580, macs: 512, hidden: 4 }],
  [{ kind: "se", reduction: 8, bias: false }, ["N", 64, 8, 8], { params: 1024, macs: 1024, hidden: 8 }],
  [{ kind: "se" }, ["N", 64, "H", "W"], { params: 580, macs: 512, hidden: 4 }], // the size of the map does not count
  [{ kind: "eca" }, ["N", 64, 8, 8], { params: 3, macs: 192, hidden: undefined }],
  [{ kind: "sse" }, ["N", 64, 8, 8], { params: 65, macs: 4096, hidden: undefined }], // 64 products for each of 64 pixels
] as const)("%j over %j costs %j", (attention, shape, cost) => expect(blockCost(attention, shape)).toEqual(cost));
