import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { type Choose, chosen, type Task } from "./algorithms.js";
import type { Target } from "./lower.js";
import { lowerPlain } from "./lower-plain.js";
import { blockAlgorithms } from "./nchwc/algorithms.js";
import { store } from "./nchwc/feature-map.js";
import { fillBlocksTogether, fillsBlocks } from "./nchwc/fills-blocks.js";
import { Kernels } from "./nchwc/kernels.js";
import type { MapSource } from "./nchwc/map-source.js";
import { withNumberRanks } from "./number-ranks.js";

/**
 * A task by itself, lowered as `target` says, to be timed. Feature maps come and go in blocks where a step would hold
 * them so, and an algorithm pays for turning them. The output is one number, so that no time goes into handing over the
 * rest.
 */
export function alone(task: Task, { channelBlock, choose }: Target): Graph {
  const g = new GraphBuilder("alone");
  const inputs = task.inputs.map(({ dtype, shape }, i) => g.input(`x${i}`, dtype, shape));
  const node: Node = { ...task, name: "task", inputs: inputs.map(({ name }) => name), outputs: ["y"] };
  const y =
    (channelBlock && onBlocks(new Kernels(g, channelBlock), node, inputs, choose)) ||
    lowerPlain(g, node, inputs, choose)?.[0];
  if (y === undefined) throw new Error(`${task.op}: got an operator that is not lowered; expected one with algorithms`);
  const flat = g.call("Reshape", [y, g.ints([-1])]);
  g.output(g.call("Slice", [flat, g.ints([0]), g.ints([1])]), "one");
  return withNumberRanks(g.build());
}

/** The first result on blocks, undefined where no algorithm works on them. */
function onBlocks(k: Kernels, node: Node, inputs: readonly Value[], choose: Choose | undefined): Value | undefined {
  const weights = node.op === "ConvInputGradient" ? 1 : -1;
  const sources = inputs.map((value, i) => (i === weights ? plainInput(value) : blockedInput(k, value)));
  const among = blockAlgorithms({ k, node, inputs: sources });
  if (among.length === 0) return undefined;
  const made = chosen({ ...node, inputs }, among, choose).write()[0]!;
  if ("kind" in made) return store(k, made);
  return weights >= 0 && fillsBlocks(k, made) ? k.toBlocks(made) : made;
}

/** Weights, which come plainly. */
function plainInput(value: Value): MapSource {
  return { type: value, form: "plain", map: () => undefined, plain: () => value };
}

/**
 * A map that comes in blocks where it fills them. Where only the channels of all images do, depthwise convolutions
 * alone take it so, and it counts as plain for others.
 */
function blockedInput(k: Kernels, value: Value): MapSource {
  const fills = fillsBlocks(k, value);
  return {
    type: value,
    form: fills ? "blocked" : "plain",
    map: () => (fillBlocksTogether(k, value) ? { kind: "stored", value } : undefined),
    plain: () => (fills ? k.toPlain(value) : value),
  };
}
