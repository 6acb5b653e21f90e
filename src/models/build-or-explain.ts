import { UserError } from "../errors.js";
import { ShapeError } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import type { BuildOptions, InputSize, ModelEntry } from "./model.js";

/** Builds the network; an input that is too small for it becomes a message that says what is not. */
export function buildOrExplain(entry: ModelEntry, options: BuildOptions): Graph {
  try {
    return entry.build(options);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const smallest = smallestInput(entry, options);
    if (smallest === undefined) throw error;
    throw new UserError(
      `${options.name}: got input ${options.input.join("x")}; expected ${smallest.join("x")} or more`,
    );
  }
}

/** The smallest square input that the network can be built for; undefined when not even its usual one will do. */
function smallestInput(entry: ModelEntry, options: BuildOptions): InputSize | undefined {
  const sized = (size: number): InputSize => [options.input[0], size, size];
  const builds = (size: number) => {
    try {
      entry.build({ ...options, input: sized(size) });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, entry.input[1]];
  if (!builds(high)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (builds(middle)) high = middle;
    else low = middle;
  }
  return sized(high);
}
