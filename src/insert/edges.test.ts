import { describe, expect, it } from "vitest";
import type { Placement } from "../layers/attention/attention.js";
import { conv } from "../layers/conv.js";
import { convNorm } from "../layers/conv-norm.js";
import { afterNorm, edgeOf, normed } from "./edges.js";
import { bottleneck, indexed, nodeOf, type Write } from "./networks.test.helper.js";
import { findUnits } from "./units/find-units.js";

/** Two bottlenecks, and a convolution so that the second is no output. */
const network: Write = (p, x) =>
  conv(p.at("last"), bottleneck(p.at(1), bottleneck(p.at(0), x)), { channels: 2, kernel: 1 });

describe("edgeOf", () => {
  const index = indexed(network);
  const [unit] = findUnits(index);

  it.each<[Placement, string, string[]]>([
    ["standard", "0.bn3.out", ["0.sum"]],
    ["pre", "x", ["0.conv1.out"]], // not the sum, which reads x as well
    ["identity", "x", ["0.sum"]],
    ["post", "0.out", ["1.conv1.out", "1.sum"]],
  ])("%s in a bottleneck is behind %s, for %j", (placement, value, readers) => {
    const edge = edgeOf(index, unit!, placement);
    expect([edge.value, edge.readers.map(({ node }) => node.name)]).toEqual([value, readers]);
  });

  it("3x3 in a bottleneck is behind the activation of its 3×3 convolution", () => {
    const { value } = edgeOf(index, unit!, "3x3");
    expect(index.maker(value)!.op).toBe("Relu");
    expect(index.readers(value).map(({ node }) => node.name)).toEqual(["0.conv3.out"]);
  });

  it("is refused where a unit has no shortcut", () => {
    const plain = indexed((p, x) => p.g.call("Relu", [conv(p, x, { channels: 4, kernel: 3 })], {}, "relu"));
    expect(() => edgeOf(plain, findUnits(plain)[0]!, "pre")).toThrow(
      "got placement pre for the convolution at relu, which is not added to a shortcut; expected standard",
    );
  });
});

describe("what follows a convolution", () => {
  it("are its norms, biases and learnt scales, then its activation", () => {
    const index = indexed((p, x) => {
      const scale = p.parameter("scale", [4, 1, 1], { kind: "constant", value: 1 });
      const y = convNorm([p.at("conv"), p.at("bn")], x, { channels: 4, kernel: 1 });
      const lrn = p.g.call("LRN", [p.g.call("Mul", [y, scale])], { size: 3 }, "normed");
      return conv(p.at("last"), p.g.call("Relu", [lrn], {}, "bent"), { channels: 4, kernel: 1 });
    });
    expect(normed(index, "conv.out")).toBe("normed");
    expect(afterNorm(index, nodeOf(index, "conv.out"))).toBe("bent");
  });

  it("end where something else reads the map", () => {
    const index = indexed((p, x) => {
      const y = conv(p.at("conv"), x, { channels: 4, kernel: 1 });
      return [p.g.call("Relu", [y]), p.g.call("Abs", [y])];
    });
    expect(afterNorm(index, nodeOf(index, "conv.out"))).toBe("conv.out");
  });
});
