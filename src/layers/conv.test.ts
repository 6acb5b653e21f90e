import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { type ConvOptions, conv } from "./conv.js";
import { Scope } from "./scope.js";

function layer(options: ConvOptions) {
  const g = new GraphBuilder("test");
  g.output(conv(new Scope(g, "conv1"), g.input("x", "float32", ["N", 8, 9, 9]), options));
  return g.build();
}

describe("conv", () => {
  it.each<[ConvOptions, number[], (number | string)[]]>([
    [{ channels: 16, kernel: 3 }, [16, 8, 3, 3], ["N", 16, 9, 9]],
    [{ channels: 16, kernel: 3, stride: 2 }, [16, 8, 3, 3], ["N", 16, 5, 5]],
    [{ channels: 16, kernel: 1, stride: 2 }, [16, 8, 1, 1], ["N", 16, 5, 5]],
    [{ channels: 16, kernel: 7, padding: 0 }, [16, 8, 7, 7], ["N", 16, 3, 3]],
    [{ channels: 16, kernel: 3, group: 4 }, [16, 2, 3, 3], ["N", 16, 9, 9]],
  ])("%j has weights %j and gives %j", (options, weights, shape) => {
    const { parameters, outputs } = layer(options);
    expect([...parameters.keys()]).toEqual(["conv1.weight"]);
    expect(parameters.get("conv1.weight")!.shape).toEqual(weights);
    expect(outputs).toEqual([{ name: "conv1.out", dtype: "float32", shape }]);
  });

  it("has a bias where asked, at 0 to begin with", () => {
    const { parameters, nodes } = layer({ channels: 4, kernel: 1, bias: true });
    expect(parameters.get("conv1.bias")).toMatchObject({ shape: [4], init: { kind: "constant", value: 0 } });
    expect(nodes[0]!.inputs).toEqual(["x", "conv1.weight", "conv1.bias"]);
  });

  it("starts from He's normal over the fan-out", () => {
    const { parameters } = layer({ channels: 4, kernel: 1 });
    expect(parameters.get("conv1.weight")!.init).toEqual({ kind: "he-normal", fan: "out" });
  });
});
