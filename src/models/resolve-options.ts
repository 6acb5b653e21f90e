import { UserError } from "../errors.js";
import { standsForConvolution } from "../layers/attention/attention.js";
import type { Attention, ModelEntry, ModelOptions, ModelSwitches } from "./model.js";

/** The attention asked for, with the network's own SE options where some are left out. */
export function attentionOf(name: string, entry: ModelEntry, given?: Attention): Attention {
  const asked: Attention = given ?? { kind: entry.attention };
  if (asked.kind === "none") return asked;
  const attention: Attention = asked.kind === "se" ? { ...entry.se, ...asked } : asked;
  const [first, last] = entry.stages;
  const outside = attention.stages?.filter((stage) => !(stage >= first && stage <= last)) ?? [];
  if (outside.length > 0 || attention.stages?.length === 0) {
    throw new UserError(
      `${name}: got attention in stages ${attention.stages?.join(", ") || "(none)"}; expected some of ${first} to ${last}`,
    );
  }
  const instead = standsForConvolution(attention) && entry.placements.includes("3x3");
  const placement = attention.placement ?? (instead ? "3x3" : "standard");
  if (!entry.placements.includes(placement)) {
    throw new UserError(`${name}: got attention at "${placement}"; expected one of ${entry.placements.join(", ")}`);
  }
  return placement === "standard" ? attention : { ...attention, placement };
}

const switchNames = ["shortcut", "convBias", "aux"] as const satisfies readonly (keyof ModelSwitches)[];
const off: Required<ModelSwitches> = { shortcut: "projection", convBias: false, aux: false };

/** Values of switches that any network accepts: without the switch, it is like this anyway. */
const harmless: ModelSwitches = { shortcut: "projection", aux: false };

/** The switches asked for. @throws UserError when the network does not have one that is set. */
export function switchesOf(
  name: string,
  { switches = {} }: ModelEntry,
  options: ModelOptions,
): Required<ModelSwitches> {
  const known = Object.keys(switches);
  for (const key of switchNames) {
    if (options[key] !== undefined && options[key] !== harmless[key] && !known.includes(key)) {
      const expected = known.length === 0 ? "no such option" : `no other than ${known.join(", ")}`;
      throw new UserError(`${name}: got ${key} ${options[key]}; expected ${expected}`, {
        option: key,
        about: `got ${options[key]} for ${name}, which has no such option; leave it out`,
      });
    }
  }
  const given = Object.fromEntries(
    known.flatMap((key) => {
      const value = options[key as keyof ModelSwitches];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  return { ...off, ...switches, ...given };
}
