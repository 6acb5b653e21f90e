import { replay } from "../clean/replay.js";
import { optionError } from "../errors.js";
import type { Program } from "../evaluate/ask.js";
import { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Dim, Model, Value } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { viewOf } from "../graph/model-view.js";
import { lower } from "../lower/lower.js";
import { readAnswer } from "../read/answer-form.js";
import { channelAxis, isMap } from "../read/maps.js";
import { differentiate } from "../step/differentiate.js";
import { innerProgram } from "./inner-program.js";
import { extentsOf, lastMap } from "./last-map.js";

/** What is looked at, and how large images are. */
export interface SaliencyProgramOptions {
  /** The image that is asked about, [C, H, W]. */
  readonly image: readonly [number, number, number];
  /** The map, by the name of its value; the last one with places by default. */
  readonly layer?: string | undefined;
  /** The answer, by name, where the model has several that may be. */
  readonly output?: string | undefined;
}

/** A model that gives, beside its answer, a map and the gradient of what is picked of the logits. */
export interface SaliencyProgram {
  readonly program: Program;
  readonly layer: string;
  /** The outputs that are the map and its gradient. */
  readonly map: string;
  readonly gradient: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** 1: [N, C, H, W]; 3: channels last. */
  readonly axis: 1 | 3;
  /** An input that weighs each logit, and its shape. */
  readonly pick: string;
  readonly picked: readonly number[];
}

/**
 * The program of a model whose gradient at a map is an output too. Which logit it is the gradient of is an input, so that
 * one graph serves all classes.
 * @throws UserError when the map is none, leads to no answer, or an operator behind it has no gradient.
 */
export function saliencyProgram(
  { graph, weights }: Model,
  { image, layer: wanted, output }: SaliencyProgramOptions,
): SaliencyProgram {
  const answer = readAnswer(viewOf(graph, weights), graph.name, { output });
  const g = new GraphBuilder(graph.name);
  const [x] = graph.inputs;
  const channelsLast = x!.shape.at(-1) === image[0] && x!.shape[1] !== image[0];
  const sizes: readonly number[] = [1, ...(channelsLast ? [image[1], image[2], image[0]] : image)];
  const bind = Object.fromEntries(
    x!.shape.flatMap((dim: Dim, i) => (typeof dim === "string" ? [[dim, sizes[i]!] as const] : [])),
  );
  const values = replay(g, graph, { bind });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  const bound = g.build();
  const index = indexOf(bound);
  if (wanted !== undefined && (!index.values.has(wanted) || !isMap(index, wanted))) {
    throw optionError(
      "layer",
      `got ${wanted}; expected the name of a map of ${graph.name}, such as ${lastMap(bound, answer.logits)}`,
    );
  }
  const layer = wanted ?? lastMap(bound, answer.logits);
  const map = values.get(layer)!;
  const logits = values.get(answer.logits)!;
  const pick = g.input("saliency.pick", "float32", logits.shape);
  const score = g.call("ReduceSum", [g.call("Mul", [logits, pick])], { keepdims: 0 });
  const [gradient] = differentiate(g, score, [map]);
  if (gradient === undefined) throw optionError("layer", `got ${layer}; expected a map that leads to the answer`);
  const given = (value: Value, name: string) => g.output(g.call("Identity", [value]), name).name;
  const [mapName, gradientName] = [given(map, "saliency.map"), given(gradient, "saliency.gradient")];
  const axis = channelAxis(index, layer);
  const shape = concrete(map);
  return {
    program: innerProgram({ graph, weights }, lower(g.build()), [mapName, gradientName], output),
    ...{ layer, map: mapName, gradient: gradientName, axis, channels: shape[axis]! },
    ...extentsOf(bound, layer),
    pick: pick.name,
    picked: concrete(logits),
  };
}
