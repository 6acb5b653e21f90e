import { describe, expect, it } from "vitest";
import { createModel } from "../models/index.js";
import { withOpenSizes } from "./open-sizes.js";

const sized = (name: string, side: number) => createModel(name, { classes: 4, input: [3, side, side] });

describe("withOpenSizes", () => {
  const inputs = [{ name: "x", dtype: "float32", shape: ["N", 3, "h", "w"] }] as const;

  it("names the open extents of a network that pools over whole maps", () => {
    const open = withOpenSizes(sized("resnet20", 32), sized("resnet20", 64), inputs)!;
    expect(open.inputs).toEqual(inputs);
    expect(open.outputs[0]!.shape).toEqual(["N", 4]);
    expect(open.nodes).toEqual(sized("resnet20", 32).nodes);
  });

  it("names extents of outputs that follow the input", () => {
    const maps = (side: number) => {
      const graph = sized("resnet20", side);
      const shape = ["N", 16, side, side];
      return { ...graph, outputs: [{ name: "layer1.2.bn2.out", dtype: "float32" as const, shape }] };
    };
    expect(withOpenSizes(maps(32), maps(64), inputs)!.outputs[0]!.shape).toEqual([
      "N",
      16,
      "layer1.2.bn2.out_2",
      "layer1.2.bn2.out_3",
    ]);
  });

  it("refuses where a constant or a parameter follows the size", () => {
    expect(withOpenSizes(sized("vgg16_bn", 64), sized("vgg16_bn", 96), inputs)).toBeUndefined(); // adaptive pooling
  });
});
