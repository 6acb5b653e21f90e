import type { Gate } from "./gate.js";
import type { NeutralStart } from "./written-block.js";

/** A layer with weights of 0 before a gate: σ(0) is ½, and so is the hard sigmoid; a ReLU can be 1 by its bias. */
export function lastDense(
  name: string,
  { gate = "sigmoid", bias = true }: { gate?: Gate | undefined; bias?: boolean | undefined },
): NeutralStart {
  if (gate === "sigmoid" || gate === "hard-sigmoid") return { constants: zeros(name, bias), halvings: 1 };
  if (!bias) return { none: `a ${gate} gate without a bias starts at 0` };
  const value = gate === "relu" ? 1 : Math.atanh(0.5);
  return { constants: { [`${name}.weight`]: 0, [`${name}.bias`]: value }, halvings: gate === "relu" ? 0 : 1 };
}

/** A layer whose weights, and bias where it has one, are 0. */
export function zeros(name: string, bias = true): Record<string, number> {
  return { [`${name}.weight`]: 0, ...(bias && { [`${name}.bias`]: 0 }) };
}
