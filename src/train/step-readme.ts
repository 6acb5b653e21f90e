import { formatShape } from "../graph/dims/shape.js";
import type { Graph, ValueType } from "../graph/graph.js";
import type { StateSlot } from "../step/state.js";
import type { TrainingStep } from "../step/training-step.js";

/** What is fed to every step, in plain words. */
const fed: Readonly<Record<string, string>> = {
  x: "the images of a batch, normalised as the model expects",
  y: "the label of every image, counted from 0",
  y2: "the other label of every mixed image",
  mix: "the weight of `y` for every image, 0 to 1; `y2` has the rest; 1 where nothing is mixed",
  lr: "the learning rate of this step",
  momentum: "the momentum of this step (β₁ of Adam)",
  apply: "true: parameters move, by the mean of all gradients since they last moved; false: gradients are added up",
};

/** What a step gives besides the next state. */
const given: Readonly<Record<string, string>> = {
  loss: "the mean loss over the batch, before the update",
  correct: "how many images have their largest logit at `y`",
  gradNorm: "the common Euclidean norm of all gradients before they are clipped",
};

const kinds: Readonly<Record<StateSlot["kind"], string>> = {
  parameter: "a weight of the model",
  statistic: "a running statistic of the model",
  optimizer: "what the optimizer remembers of a weight",
  counter: "how many updates were made",
  gradient: "the sum of a weight's gradients since it last moved",
  average: "the moving average of a weight or statistic: what to evaluate and ship",
  random: "the seed of what is random in the step, and how many steps have drawn from it",
};

/** The README of an exported training step: every input and output with its type, meaning and first value. */
export function stepReadme({ graph, state, fixed }: TrainingStep): string {
  const held = new Set([...state.map(({ input }) => input), ...fixed]);
  const renewed = new Set(state.map(({ output }) => output));
  const inputs = graph.inputs.filter(({ name }) => !held.has(name));
  const outputs = graph.outputs.filter(({ name }) => !renewed.has(name));
  return `# ${graph.name}

One step of training as one ONNX graph of ONNX's own operators: forward, loss, gradients, update. Any ONNX Runtime trains
with it, in any language; no training framework is needed.

- \`step.onnx\`: the graph (opset as in the file).
- \`state.safetensors\`: the first value of all state, under the names of the inputs.
- Every state input \`NAME\` has an output \`next.NAME\`: what a step gives there is what the next step takes. That is all:

      state = read("state.safetensors")
      for every batch:
          results = run("step.onnx", { ...state, ${inputs.map(({ name }) => name).join(", ")} })
          for every NAME that has an output next.NAME: state[NAME] = results["next.NAME"]

- The state is all that a run is: saved and read again it goes on as if it had never stopped.
- The trained model is in the state under the names of its parameters${averageNote(state)}.

## Fed to every step

${table(
  ["input", "type", "meaning"],
  inputs.map((value) => [`\`${value.name}\``, typeOf(value), fed[value.name] ?? ""]),
)}

## Given by every step, besides the next state

${table(
  ["output", "type", "meaning"],
  outputs.map((value) => [`\`${value.name}\``, typeOf(value), given[value.name] ?? ""]),
)}

## State

${table(["kind", "number", "meaning"], kindRows(state))}

${table(["input", "output", "type", "kind", "first value"], state.map(stateRow))}
${fixedSection(graph, fixed)}`;
}

function averageNote(state: readonly StateSlot[]): string {
  return state.some(({ kind }) => kind === "average") ? "; their moving averages under `ema.` and the name" : "";
}

function kindRows(state: readonly StateSlot[]): string[][] {
  return Object.entries(kinds).flatMap(([kind, meaning]) => {
    const count = state.filter((slot) => slot.kind === kind).length;
    return count === 0 ? [] : [[kind, String(count), meaning]];
  });
}

function stateRow({ input, output, kind, start, ...type }: StateSlot): string[] {
  return [`\`${input}\``, `\`${output}\``, typeOf(type), kind, firstValue(start)];
}

function firstValue(start: StateSlot["start"]): string {
  if (start === "weights") return "in the file";
  if (start === "seed") return "the seed, and 0";
  return "copy" in start ? `that of \`${start.copy}\`` : String(start.fill);
}

function fixedSection({ parameters }: Graph, fixed: readonly string[]): string {
  if (fixed.length === 0) return "";
  const rows = fixed.map((name) => [`\`${name}\``, typeOf(parameters.get(name)!)]);
  return `
## Kept as it is

Inputs that no step changes: feed the value in \`state.safetensors\` every time.

${table(["input", "type"], rows)}
`;
}

function typeOf({ dtype, shape }: ValueType): string {
  return `${dtype} ${formatShape(shape)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
