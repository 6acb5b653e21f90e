import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { conv } from "../layers/conv.js";
import { convNorm } from "../layers/conv-norm.js";
import { awakeUnits } from "./awake-units.js";
import { insertAttention } from "./insert-attention.js";
import { graphOf, type Write } from "./networks.test.helper.js";

describe("awakeUnits", () => {
  const drawn = new Map([["fc1", float32([2, 2, 1, 1], [1, -3, 3, -1])]]);

  it("turns the rows whose sum is negative where the mean map is not", () => {
    expect(awakeUnits(drawn, new Map(), new Map([["fc1", "positive"]])).get("fc1")!.data).toEqual(
      Float32Array.of(-1, 3, 3, -1),
    );
  });

  it("turns the rows that would be silent for a known mean map", () => {
    const known = new Map([["bn.bias", float32([2], [1, 2])]]); // 1 − 6 and 3 − 2
    expect(awakeUnits(drawn, known, new Map([["fc1", { bias: "bn.bias" }]])).get("fc1")!.data).toEqual(
      Float32Array.of(-1, 3, 3, -1),
    );
  });

  it("leaves weights as drawn where nothing is known", () => {
    expect(awakeUnits(drawn, new Map(), new Map([["fc1", { bias: "bn.bias" }]])).get("fc1")).toBe(drawn.get("fc1"));
  });
});

describe("what is known of the mean map", () => {
  const means = (write: Write) => [...insertAttention(graphOf(write)).means];
  const mixed = { channels: 4, kernel: 3 };
  const bent =
    (activation: "Relu" | "Elu"): Write =>
    (p, x) =>
      conv(p.at("last"), p.g.call(activation, [conv(p.at("conv"), x, mixed)]), mixed);

  it("is that it is not negative, behind an activation that is not", () => {
    expect(means(bent("Relu"))).toEqual([["conv.se.fc1.weight", "positive"]]);
  });

  it("is nothing behind one that may be", () => {
    expect(means(bent("Elu"))).toEqual([]);
  });

  it("is the bias of a batch norm", () => {
    const write: Write = (p, x) => {
      const branch = convNorm([p.at("a.conv"), p.at("a.bn")], x, { channels: 4, kernel: 3 });
      return conv(p.at("last"), p.g.call("Add", [branch, x]), { channels: 4, kernel: 1 });
    };
    expect(means(write)).toEqual([["a.se.fc1.weight", { bias: "a.bn.bias" }]]);
  });
});
