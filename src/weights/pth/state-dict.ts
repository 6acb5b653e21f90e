import { quoted, UserError } from "../../errors.js";
import { unwrapped } from "../wrappers.js";
import { PickleDict, PickleInert, PickleList, PickleTuple, type PickleValue } from "./pickle-value.js";
import { pickledModule } from "./pickled-module.js";
import { TensorRef } from "./torch-globals.js";

/** The tensors of a checkpoint under their names. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, TensorRef>;
  /** The entry of the checkpoint that was taken; undefined when it is all of it. */
  readonly entry?: string;
  /** The entries beside it, which were not. */
  readonly beside: readonly string[];
  /** Values among the tensors that are none. */
  readonly others: readonly string[];
}

/** Tensors and the rest, by their paths. */
interface Flat {
  readonly tensors: Map<string, TensorRef>;
  readonly others: readonly string[];
}

/** Where training scripts keep the weights. Averaged ones come first, as timm takes them (`models/_helpers.py`). */
const usualEntries = [
  "state_dict_ema",
  "model_ema",
  "ema",
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "weights",
  "params",
];

/**
 * Finds the weights in a checkpoint: in the entry called `wanted`, else in one of the usual ones, else everything.
 * Names of nested dicts and of modules saved whole are joined by dots; `module.` before all of them goes.
 * @throws UserError when there is no such entry, or there are no tensors.
 */
export function findStateDict(value: PickleValue, wanted?: string): StateDict {
  const names = value instanceof PickleDict ? Array.from(value.entries(), ([key]) => String(key)) : [];
  const candidates = wanted === undefined ? usualEntries.filter((name) => names.includes(name)) : [wanted];
  for (const entry of candidates) {
    const inner = value instanceof PickleDict ? value.get(entry) : undefined;
    if (!(inner instanceof PickleDict || inner instanceof PickleInert)) continue;
    const { tensors, others } = flatten(inner);
    if (tensors.size === 0) continue;
    return { tensors: withoutWrappers(tensors), entry, beside: names.filter((name) => name !== entry), others };
  }
  if (wanted !== undefined) {
    throw new UserError(`got no entry "${quoted(wanted)}" with tensors; expected one of ${listed(names)}`);
  }
  const { tensors, others } = flatten(value);
  if (tensors.size > 0) return { tensors: withoutWrappers(tensors), beside: [], others };
  throw new UserError(`got a checkpoint without tensors (${listed(names)}); expected a state dict`);
}

/** Values that are looked at, and how deep, before a checkpoint counts as made to hurt. */
const MOST_VISITS = 2 ** 20;
const DEEPEST = 32;

/** Everything below a value, by its path. */
function flatten(root: PickleValue): Flat {
  const tensors = new Map<string, TensorRef>();
  const others: string[] = [];
  let visits = 0;
  const visit = (value: PickleValue, path: string, depth: number): void => {
    if (++visits > MOST_VISITS || depth > DEEPEST) {
      throw new UserError("got a checkpoint of dicts in dicts without an end; expected a state dict");
    }
    if (value instanceof TensorRef) {
      if (tensors.has(path)) throw new UserError(`got two tensors "${quoted(path)}"; expected every name once`);
      tensors.set(path, value);
    } else if (isContainer(value)) {
      const below = (key: PickleValue) => `${depth === 0 ? "" : `${path}.`}${typeof key === "object" ? "?" : key}`;
      for (const [key, inner] of entriesOf(value)) visit(inner, below(key), depth + 1);
    } else if (!(value instanceof PickleInert)) {
      others.push(path);
    }
  };
  visit(root, root instanceof TensorRef ? "tensor" : "", 0);
  return { tensors, others };
}

function isContainer(value: PickleValue): boolean {
  if (value instanceof PickleInert) return value.items.size > 0 || pickledModule(value) !== undefined;
  return [PickleDict, PickleList, PickleTuple].some((type) => value instanceof type);
}

function entriesOf(value: PickleValue): Iterable<readonly [PickleValue, PickleValue]> {
  if (value instanceof PickleInert) return pickledModule(value) ?? value.items.entries();
  if (value instanceof PickleDict) return value.entries();
  return value instanceof PickleList || value instanceof PickleTuple ? value.items.entries() : [];
}

function withoutWrappers(tensors: Map<string, TensorRef>): Map<string, TensorRef> {
  if (![...tensors.keys()].every((name) => unwrapped(name) !== name)) return tensors;
  const short = new Map([...tensors].map(([name, tensor]) => [unwrapped(name), tensor]));
  return short.size === tensors.size ? short : tensors;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(quoted).join(", ");
  return names.length === 0 ? "no entries" : `${shown}${names.length > 8 ? `, … ${names.length} in all` : ""}`;
}
