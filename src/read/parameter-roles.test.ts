import { describe, expect, it } from "vitest";
import { parseAttention } from "../layers/attention/attention.js";
import { createModel } from "../models/index.js";
import { withoutNames } from "../testing/without-names.js";
import { checkRoles, parametersMatching } from "./parameter-roles.js";

const seresnet20 = createModel("seresnet20");
const names = [...seresnet20.parameters.keys()];

describe("parametersMatching", () => {
  it("finds gates by their form, in a network whose names say nothing too", () => {
    const gates = names.filter((name) => name.includes(".se."));
    expect(parametersMatching(seresnet20, "@gates", names)).toEqual(gates);
    const other = withoutNames(seresnet20);
    const places = parametersMatching(other, "@gates", [...other.parameters.keys()]);
    expect(places).toEqual(gates.map((name) => `w${names.indexOf(name)}`));
  });

  it("finds what batch norms within gates hold", () => {
    const graph = createModel("resnet20", { attention: parseAttention("cbam") });
    const { parameters: others } = createModel("resnet20");
    const inside = [...graph.parameters.keys()].filter((name) => !others.has(name));
    expect(inside.some((name) => name.endsWith("running_mean"))).toBe(true);
    expect(parametersMatching(graph, "@gates", [...graph.parameters.keys()])).toEqual(inside);
  });

  it("finds the last layer, beside globs", () => {
    expect(parametersMatching(seresnet20, ["@head", "conv1.*"], names)).toEqual([
      "conv1.weight",
      "fc.weight",
      "fc.bias",
    ]);
  });

  it("finds none where there are no gates, and refuses another role", () => {
    expect(parametersMatching(createModel("resnet20"), "@gates", ["fc.weight"])).toEqual([]);
    expect(() => parametersMatching(seresnet20, "@gate", names)).toThrow(
      'got pattern "@gate"; expected @gates or @head, or one of names',
    );
  });
});

describe("checkRoles", () => {
  it("refuses gates that none of several networks has", () => {
    const resnet20 = createModel("resnet20");
    expect(() => checkRoles([resnet20, seresnet20], ["@gates", "fc.*"])).not.toThrow();
    expect(() => checkRoles([resnet20], ["@gates"])).toThrow(/^got "@gates" for resnet20 without attention gates; /);
  });
});
