import { Option } from "commander";
import { UserError } from "../../errors.js";
import type { WeightsTaking } from "../../workspace/model/model-query.js";

/** Flags that say which tensors of a file are weights, as commander parsed them. */
export interface TakingFlags {
  readonly entry?: string;
  readonly prefix?: string;
  readonly allowSurplus?: true;
}

/** The flags of `TakingFlags`. */
export function takingOptions(): Option[] {
  return [
    new Option("--entry <name>", "part of a training checkpoint to take, such as model_ema (default: the usual ones)"),
    new Option(
      "--prefix <text>",
      "beginning of tensors' names to take off (default: what all names share, if need be)",
    ),
    new Option("--allow-surplus", "leave out tensors that the network does not have"),
  ];
}

/** What the flags say. @throws UserError when one of them is given without weights that it could be about. */
export function takingOf(
  { entry, prefix, allowSurplus }: TakingFlags,
  weights: string | undefined,
): WeightsTaking | undefined {
  const [flag] = Object.entries({ "--entry": entry, "--prefix": prefix, "--allow-surplus": allowSurplus }).flatMap(
    ([name, value]) => (value === undefined ? [] : [name]),
  );
  if (flag === undefined) return undefined;
  if (weights === undefined) throw new UserError(`${flag}: got it without --weights; give a file of weights`);
  return { entry, prefix, allowSurplus };
}
