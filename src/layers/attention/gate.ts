import type { Value } from "../../graph/graph.js";
import type { Scope } from "../scope.js";

/** What a gate may end in. The paper's choice is the sigmoid; its Table 12 compares three of them. */
export const gates = ["sigmoid", "hard-sigmoid", "tanh", "relu"] as const;

/**
 * The name of a gate's last activation.
 * @useDeclaredType
 */
export type Gate = (typeof gates)[number];

/**
 * Turns logits into a gate, a value of the name `<path>.gate`.
 * The hard sigmoid is clamp(x + 3, 0, 6) / 6, as in MobileNetV3 and PyTorch; Keras once had another one.
 */
export function gateOf(p: Scope, logits: Value, kind: Gate): Value {
  const name = p.name("gate");
  switch (kind) {
    case "sigmoid":
      return p.g.call("Sigmoid", [logits], {}, name);
    case "hard-sigmoid":
      return p.g.call("HardSigmoid", [logits], { alpha: 1 / 6, beta: 0.5 }, name);
    case "tanh":
      return p.g.call("Tanh", [logits], {}, name);
    case "relu":
      return p.g.call("Relu", [logits], {}, name);
  }
}
