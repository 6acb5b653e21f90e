import type { GraphIndex } from "../graph/graph-index.js";
import { isOfKind } from "../ops/index.js";
import { commonPrefix, moduleOf, pathOf } from "../read/module-names.js";
import type { Position } from "../read/positions.js";
import type { FoundUnit } from "./units/found-unit.js";

/**
 * The names under which the parameters of new blocks live: that of the module which the unit is, and `se`, as in
 * published networks: `layer1.0.se`. Where the file does not name its modules, `se_3_4` for block 4 of stage 3.
 */
export function blockNames(
  index: GraphIndex,
  units: readonly FoundUnit[],
  positions: readonly Position[],
  all: readonly FoundUnit[],
): string[] {
  const modules = new Map<FoundUnit, readonly string[]>();
  for (const unit of [...all, ...units]) modules.set(unit, modulesIn(index, unit));
  const taken = new Set([...index.values.keys()]);
  // the first PyTorch ports of the SENet authors' networks, whose stem is "layer0", have a name of their own for it
  const leaf = [...index.graph.parameters.keys()].some((name) => name.startsWith("layer0.")) ? "se_module" : "se";
  const isTaken = (path: string) => [...taken].some((name) => name === path || name.startsWith(`${path}.`));
  return units.map((unit, i) => {
    const { stage, block } = positions[i]!;
    const others = all.flatMap((other) => (other === unit ? [] : modules.get(other)!));
    const prefix = unitName(modules.get(unit)!, others);
    const wanted = prefix === undefined ? `se_${stage}_${block}` : `${prefix}${leaf}`;
    let path = wanted;
    for (let n = 2; isTaken(path); n++) path = `${wanted}_${n}`;
    taken.add(path);
    return path;
  });
}

/** The modules of a unit's layers; an activation at its end that has a name of its own stands for all of them. */
function modulesIn(index: GraphIndex, { kind, nodes, join }: FoundUnit): string[] {
  const path = kind === "convolution" ? pathOf(join) : undefined;
  if (path !== undefined) return [path];
  return [...nodes].flatMap((node) => (isOfKind(node, "layer", "norm") ? (moduleOf(index, node) ?? []) : []));
}

/** What stands before the block's own name, with the dot or underscore between. */
function unitName(own: readonly string[], others: readonly string[]): string | undefined {
  if (own.length === 0) return undefined;
  const prefix = commonPrefix(own);
  const whole = prefix.slice(0, prefix.lastIndexOf(".") + 1); // ends in a dot
  if (whole !== "" && !others.some((name) => name.startsWith(whole))) return whole;
  const part = prefix.slice(0, prefix.lastIndexOf("_") + 1);
  if (part !== "" && !part.endsWith("._") && !others.some((name) => name.startsWith(part))) return part;
  return inSequence(own);
}

/**
 * `features.2.` for the convolution `features.0` and the batch norm `features.1`: the activation is the next in the
 * list.
 */
function inSequence(names: readonly string[]): string | undefined {
  const numbers = names.map((name) => /^(.*\.)?(\d+)$/.exec(name));
  const [first] = numbers;
  if (first === null || first === undefined || numbers.some((found) => found?.[1] !== first[1])) {
    return names.length === 1 ? `${names[0]}.` : undefined;
  }
  return `${first[1] ?? ""}${Math.max(...numbers.map((found) => Number(found![2]))) + 1}.`;
}
