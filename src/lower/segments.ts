import type { ForwardPass } from "./forward-pass.js";

/** A part of a forward pass between two maps through which everything goes. */
export interface Segment {
  /** What is computed inside it: not the map that it ends with. */
  readonly values: ReadonlySet<string>;
  /** Bytes of the maps among them that the backward pass reads. */
  readonly bytes: number;
}

/** A place where a forward pass can be cut: after the node at `end` one map alone goes on. */
interface Cut {
  readonly end: number;
  readonly map: string | undefined;
}

/**
 * Cuts a forward pass into segments so that the maps between them and the largest segment are as small as can be in
 * sum: that is what has to be held at once. The part after the last map is no segment, its end is where the backward
 * pass begins.
 */
export function segmentsOf(pass: ForwardPass): Segment[] {
  const cuts = possibleCuts(pass);
  const held = heldBytes(pass);
  const inside = (from: number, to: number) => held.slice(from, to).reduce((sum, each) => sum + each, 0);
  const whole = inside(0, held.length);
  let best: { cost: number; chosen: Cut[] } = { cost: Number.POSITIVE_INFINITY, chosen: [] };
  for (let parts = 1; parts <= 128; parts *= 1.25) {
    const chosen: Cut[] = [];
    let start = 0;
    for (const cut of cuts) {
      if (inside(start, cut.end + 1) < whole / parts) continue;
      chosen.push(cut);
      start = cut.end + 1;
    }
    const kept = chosen.reduce((sum, { map }) => sum + (map === undefined ? 0 : pass.bytes(map)), 0);
    const largest = Math.max(0, ...between(chosen).map(([from, to]) => inside(from, to)));
    const cost = kept + largest + inside((chosen.at(-1)?.end ?? -1) + 1, held.length);
    if (cost < best.cost) best = { cost, chosen };
  }
  return between(best.chosen).map(([from, to], i): Segment => {
    const made = pass.forward.slice(from, to).flatMap(({ outputs }) => outputs);
    const end = best.chosen[i]!.map;
    return { values: new Set(made.filter((name) => pass.root(name) !== end)), bytes: inside(from, to) };
  });
}

function between(cuts: readonly Cut[]): [from: number, to: number][] {
  return cuts.map(({ end }, i) => [i === 0 ? 0 : cuts[i - 1]!.end + 1, end + 1]);
}

/** The places after which only one large value is still needed by the forward pass itself. */
function possibleCuts(pass: ForwardPass): Cut[] {
  const { forward, root, isLarge, ofWeights } = pass;
  const last = new Map<string, number>();
  for (const [i, { inputs }] of forward.entries()) for (const name of inputs) last.set(root(name), i);
  const alive = new Set<string>();
  const cuts: Cut[] = [];
  for (const [i, { inputs, outputs }] of forward.entries()) {
    for (const name of outputs) {
      const from = root(name);
      if (from === name && isLarge(name) && !ofWeights(name) && (last.get(name) ?? i) > i) alive.add(name);
    }
    for (const name of inputs) if (last.get(root(name)) === i) alive.delete(root(name));
    const [map, ...others] = alive;
    const makes = map !== undefined && outputs.some((name) => root(name) === map);
    if (others.length === 0 && makes) cuts.push({ end: i, map });
  }
  return cuts;
}

/** By node of the forward pass: the bytes of maps it computes that the backward pass reads. */
function heldBytes({ forward, backward, root, isLarge, ofWeights, bytes }: ForwardPass): number[] {
  const read = new Set(backward.flatMap(({ inputs }) => inputs.map(root)));
  return forward.map(({ outputs }) =>
    outputs
      .filter((name) => root(name) === name && read.has(name) && isLarge(name) && !ofWeights(name))
      .reduce((sum, name) => sum + bytes(name), 0),
  );
}
