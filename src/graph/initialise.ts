import { Random } from "../random.js";
import type { Graph, Init, Parameter, Weights } from "./graph.js";
import { elements, float32 } from "./tensor.js";

/**
 * Draws the starting values of a graph's parameters. A parameter's values depend on the seed and its own name
 * only, so a network and its SE twin start from the same convolutions.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 *
 * const weights = initialise(createModel("seresnet20"), 1);
 * console.log(weights.get("conv1.weight")?.shape); // [ 16, 3, 3, 3 ]
 * ```
 */
export function initialise(graph: Graph, seed: number): Weights {
  return new Map(
    [...graph.parameters].map(([name, parameter]) => [name, drawn(parameter, new Random(seed, "init", name))]),
  );
}

/** A distribution whose every draw is the factor times what it was. */
export function timesInit(init: Init, factor: number): Init {
  if (init.kind === "constant") return { ...init, value: factor * init.value };
  return { ...init, times: factor * (init.times ?? 1) };
}

function drawn({ shape, init }: Parameter, random: Random) {
  const values = new Float32Array(elements(shape));
  const draw = sampler(init, shape, random);
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return float32(shape, values);
}

function sampler(init: Init, shape: readonly number[], random: Random): () => number {
  const kernel = elements(shape.slice(2));
  const fanIn = (shape[1] ?? 1) * kernel; // weights are [O, I, kH, kW]
  if (init.kind === "constant") return () => init.value;
  const { times = 1 } = init;
  if (init.kind === "he-normal") {
    const deviation = Math.sqrt(2 / (init.fan === "in" ? fanIn : shape[0]! * kernel));
    return () => times * (deviation * random.normal());
  }
  const bound = 1 / Math.sqrt(init.fanIn ?? fanIn);
  return () => times * (bound * (2 * random.float() - 1));
}
