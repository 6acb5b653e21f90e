import { UserError } from "../errors.js";
import type { Graph, Node, Value } from "../graph/graph.js";

/** The names a training step or its gradients use for themselves. */
const reserved: ReadonlySet<string> = new Set([
  "x",
  "y",
  "y2",
  "mix",
  "lr",
  "momentum",
  "apply",
  "step",
  "random",
  "loss",
  "correct",
  "gradNorm",
]);

/**
 * A copy of `model` whose input is called `x` and whose values leave the names of a training step free. Parameters keep
 * their names: weights are found by them.
 * @throws UserError when the model has not one input, or a parameter has such a name itself.
 */
export function withStepNames(model: Graph): Graph {
  if (model.inputs.length !== 1 || model.outputs.length === 0) {
    const names = model.inputs.map(({ name }) => name).join(", ");
    throw new UserError(
      `${model.name}: got ${model.inputs.length} inputs (${names}) and ${model.outputs.length} outputs; ` +
        "expected one input of images and an output of logits",
    );
  }
  const taken = (name: string) => reserved.has(name) || name.startsWith("next.");
  for (const name of model.parameters.keys()) {
    if (taken(name)) throw new UserError(`${model.name}: got a parameter named ${name}; expected another name for it`);
  }
  const input = model.inputs[0]!.name;
  const used = new Set(model.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const fresh = (name: string): string => (used.has(`model.${name}`) ? fresh(`model.${name}`) : `model.${name}`);
  const renamed = (name: string) => (name === input ? "x" : taken(name) ? fresh(name) : name);
  const value = (given: Value): Value => ({ ...given, name: renamed(given.name) });
  // Messages name nodes as the file does, unless nodes of the step, which are called after what they give, have that
  // name.
  const nodeName = ({ name, outputs }: Node) =>
    name === "" || taken(name) || used.has(name) ? renamed(outputs.find((output) => output !== "")!) : name;
  return {
    ...model,
    inputs: model.inputs.map(value),
    outputs: model.outputs.map(value),
    nodes: model.nodes.map((node) => ({
      ...node,
      name: nodeName(node),
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    })),
    constants: new Map([...model.constants].map(([name, tensor]) => [renamed(name), tensor])),
  };
}
