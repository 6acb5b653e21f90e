import { UserError } from "../errors.js";
import type { Attributes } from "../graph/attributes.js";
import type { ValueType } from "../graph/graph.js";

/** An operator and the inputs it is applied to: what an algorithm is chosen for. */
export interface Task {
  readonly op: string;
  readonly domain: string;
  readonly attributes: Attributes;
  readonly inputs: readonly ValueType[];
}

/**
 * Names the algorithm that computes a task, one of `names`; undefined leaves it to the rule, which puts the best one
 * first.
 */
export type Choose = (task: Task, names: readonly string[]) => string | undefined;

/** The algorithm that is chosen for a task. @throws UserError when the choice is not among them. */
export function chosen<A extends { readonly name: string }>(task: Task, among: readonly A[], choose?: Choose): A {
  const name =
    choose?.(
      task,
      among.map((each) => each.name),
    ) ?? among[0]!.name;
  const found = among.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = among.map((each) => each.name).join(", ");
  throw new UserError(`${taskText(task)}: got the algorithm "${name}"; expected one of ${names}: measure again`);
}

/**
 * A task as one line: `ConvInputGradient 16x64x28x28 64x64x3x3 input_shape=56,56 … strides=2,2`. Equal tasks have equal
 * lines.
 */
export function taskText({ op, attributes, inputs }: Task): string {
  const settings = Object.entries(attributes).map(([name, tagged]) => `${name}=${Object.values(tagged)}`);
  return [op, ...inputs.map(({ shape }) => shape.join("x")), ...settings.toSorted()].join(" ");
}
