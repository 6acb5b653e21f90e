import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { Scope } from "./scope.js";

describe("Scope", () => {
  it("puts the places on the way before a name", () => {
    const g = new GraphBuilder("test");
    const block = new Scope(g).at("layer1").at(0);
    expect(block.path).toBe("layer1.0");
    expect(block.parameter("weight", [2], { kind: "constant", value: 1 }).name).toBe("layer1.0.weight");
    expect(block.at("bn1").state("running_var", [2], 1).name).toBe("layer1.0.bn1.running_var");
    expect(new Scope(g).name("x")).toBe("x");
    expect([...g.build().parameters.values()].map(({ trainable }) => trainable)).toEqual([true, false]);
  });
});
