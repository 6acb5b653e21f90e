import { PickleDict, type PickleInert, PickleList, type PickleValue } from "./pickle-value.js";

type Entry = readonly [PickleValue, PickleValue];

/** A module may be reached on many paths; its parts are put together once. */
const known = new WeakMap<PickleInert, readonly Entry[] | undefined>();

/**
 * Parameters, buffers and modules of a module that was saved whole, by their names, as its state dict has them;
 * undefined for anything else. Source: PyTorch, torch/nn/modules/module.py, `state_dict`.
 */
export function pickledModule(value: PickleInert): readonly Entry[] | undefined {
  if (!known.has(value)) known.set(value, partsOf(value));
  return known.get(value);
}

function partsOf({ state }: PickleInert): readonly Entry[] | undefined {
  if (!(state instanceof PickleDict)) return undefined;
  const parts = ["_parameters", "_buffers", "_modules"].map((part) => state.get(part));
  if (!parts.every((part) => part instanceof PickleDict)) return undefined;
  const passing = state.get("_non_persistent_buffers_set");
  const left = new Set(passing instanceof PickleList ? passing.items : []);
  const [parameters, buffers, modules] = parts.map((part) => [...part.entries()]);
  const kept = buffers!.filter(([name]) => !left.has(name));
  return [...parameters!, ...kept, ...modules!].filter(([, value]) => value !== null);
}
