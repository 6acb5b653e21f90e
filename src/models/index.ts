import { nearest, UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { cifarResNets } from "./cifar-resnet.js";
import type { ModelEntry, ModelFamily, ModelOptions } from "./model.js";

export type { Attention, ModelOptions } from "./model.js";

/** Every network by its published name. */
export const models: ModelFamily = { ...cifarResNets };

/**
 * Builds a network by its published name; its parameters have their published names too.
 * @param name such as `seresnet20`.
 * @returns a graph from `x` [N, C, H, W] to `logits` [N, classes].
 * @throws UserError when the name is unknown or an option is impossible.
 */
export function createModel(name: string, options: ModelOptions = {}): Graph {
  const entry = modelEntry(name);
  const { classes = 10, input = entry.input, shortcut = "projection" } = options;
  const attention = options.attention ?? (entry.attention === "se" ? { kind: "se", reduction: 16 } : { kind: "none" });
  if (!Number.isInteger(classes) || classes < 1) {
    throw new UserError(`createModel: got ${classes} classes; expected a whole number of at least 1`);
  }
  if (input.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new UserError(
      `createModel: got input ${input.join("x")}; expected channels x height x width such as 3x32x32`,
    );
  }
  return entry.build({ classes, input, attention, shortcut });
}

/** The row of a network. @throws UserError when the name is unknown, with the nearest known one. */
export function modelEntry(name: string): ModelEntry {
  if (Object.hasOwn(models, name)) return models[name]!;
  const near = nearest(name, Object.keys(models));
  throw new UserError(
    `unknown model "${name}"; expected one of ${Object.keys(models).join(", ")}${near ? `; did you mean "${near}"?` : ""}`,
  );
}
