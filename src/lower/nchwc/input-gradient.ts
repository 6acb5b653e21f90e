import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import type { ConvInputGradient } from "../../ops/conv-input-gradient.js";
import { kernelOf, reach, type Window, windowOf } from "../../ops/rules/window.js";
import { isDepthwise } from "./depthwise.js";
import { store } from "./feature-map.js";
import { someTaps, turnedFilter } from "./filters.js";
import { folded } from "./folded.js";
import { groupsOf, spreadGroups } from "./grouped.js";
import type { InputGradientWay } from "./input-gradient-way.js";
import type { Kernels } from "./kernels.js";
import { type BlockAlgorithm, type NodeOnBlocks, ownMap } from "./map-source.js";
import { openMap } from "./open-map.js";
import { cut, insertZeros, weave } from "./rearrange.js";

/** The ways to compute `ConvInputGradient`; none where the layout has no good one. */
export function inputGradientAlgorithms({ k, node, inputs }: NodeOnBlocks): readonly BlockAlgorithm[] {
  const [dy, w] = [inputs[0]!, inputs[1]!];
  const attributes = attributesOf(node) as AttributesOf<typeof ConvInputGradient.attributes>;
  const { group, input_shape: size = [] } = attributes;
  if (dy.type.shape.length !== 4) return [];
  const depthwise = isDepthwise(group, w.type);
  const groups = group > 1 && !depthwise ? groupsOf(k.block, w.type, group) : undefined;
  const window = windowOf(attributes, dy.type, kernelOf(w.type));
  const ways = inputGradients(window, { places: dy.type.shape.slice(2).map(Number), size, depthwise });
  const given = depthwise || groups || (group === 1 && extent(w.type, 1) % k.block === 0) ? ownMap(k, dy) : undefined;
  if (given !== undefined) {
    const weights = () => (groups ? spreadGroups(k, w.plain(), groups) : w.plain());
    const grouping = { depthwise, groups: groups?.count ?? 1 };
    return ways.map(({ name, write }) => ({
      name,
      write: () => [openMap(k, ({ sum }) => write(k, store(k, given), weights(), { ...grouping, sum }))],
    }));
  }
  const together = depthwise ? dy.map() : undefined;
  if (together === undefined) return [];
  return ways.map(({ name, write }) => ({
    name: `${name}-of-one-image`,
    write: () => [openMap(k, ({ sum }) => folded.inputGradient(k, store(k, together), w.plain(), write, sum))],
  }));
}

/** The ways for a window, the one that is best by rule first. @param places [H', W']. @param size [H, W]. */
export function inputGradients(
  window: Window,
  { places, size, depthwise = false }: { places: readonly number[]; size: readonly number[]; depthwise?: boolean },
): readonly InputGradientWay[] {
  const { strides } = window;
  if (strides.every((stride) => stride === 1)) return [dense(window, places, size)].filter((way) => way !== undefined);
  const ways = [byParity(window, places, size), insertedZeros(window, places, size)];
  // A depthwise convolution takes as long as the memory it goes over: products with zeros cost nothing there, passes
  // do.
  return (depthwise ? ways.toReversed() : ways).filter((way) => way !== undefined);
}

/**
 * One convolution with the kernel turned by half a turn: a full correlation, of dy with zeros between its points where
 * there are strides.
 */
function dense(window: Window, places: readonly number[], size: readonly number[]): InputGradientWay | undefined {
  const { before } = window;
  const first = before.map((pad, i) => reach(window, i) - 1 - pad);
  const last = first.map((pad, i) => size[i]! + reach(window, i) - 1 - places[i]! - pad);
  if ([...first, ...last].some((pad) => pad < 0)) return undefined;
  const turned = { ...window, strides: [1, 1], before: first, after: last };
  return {
    name: "dense",
    write: (k, dy, w, { sum, ...grouping } = {}) =>
      k.slide(dy, turnedFilter(k, w, grouping), turned, { ...grouping, ...(sum && { sum }) }),
  };
}

function insertedZeros(
  window: Window,
  places: readonly number[],
  size: readonly number[],
): InputGradientWay | undefined {
  const [down, across] = window.strides as [number, number];
  const way = dense(window, [places[0]! * down, places[1]! * across], size);
  const spread = (k: Kernels, dy: Value) => insertZeros(k, dy, [down, across]);
  return way && { name: "inserted-zeros", write: (k, dy, ...rest) => way.write(k, spread(k, dy), ...rest) };
}

/**
 * Every stride-th tap of a kernel along one axis, and where it lies over dy: what reaches one of `stride` kinds of
 * rows.
 */
interface Phase {
  /** The first of these taps in the kernel turned by half a turn, and their number. */
  readonly start: number;
  readonly taps: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Rows of dx that are `stride` apart see the same taps of the kernel, those of every kind others: one small convolution
 * of dy for every kind of row and column, woven together. No product with a zero is computed.
 */
function byParity(window: Window, places: readonly number[], size: readonly number[]): InputGradientWay | undefined {
  const { kernel, strides, dilations, before } = window;
  if (dilations.some((dilation) => dilation !== 1)) return undefined;
  const count = size.map((extent, i) => Math.ceil(extent / strides[i]!));
  const [rows, columns] = kernel.map((extent, i) =>
    Array.from({ length: strides[i]! }, (_, kind): Phase => {
      const [offset, tap] = [Math.floor((kind + before[i]!) / strides[i]!), (kind + before[i]!) % strides[i]!];
      const taps = Math.max(0, Math.ceil((extent - tap) / strides[i]!));
      const start = taps === 0 ? 0 : (extent - 1 - tap) % strides[i]!;
      return { start, taps, before: taps - 1 - offset, after: count[i]! + offset - places[i]! };
    }),
  ) as [Phase[], Phase[]];
  const alone = [...rows.slice(1), ...columns.slice(1)].every(({ taps }) => taps === 0);
  const used = alone ? [rows[0]!, columns[0]!] : [...rows, ...columns];
  if (used.some(({ taps, before, after }) => taps === 0 || before < 0 || after < 0)) return undefined;
  return {
    name: "by-parity",
    write: (k, dy, w, { sum, ...grouping } = {}) => {
      const turned = turnedFilter(k, w, grouping);
      const part = (row: Phase, column: Phase) => {
        const taps = [row.taps, column.taps];
        const filter = someTaps(k, turned, { start: [row.start, column.start], taps, steps: strides });
        const pads = { before: [row.before, column.before], after: [row.after, column.after] };
        return k.slide(dy, filter, { kernel: taps, strides: [1, 1], dilations, ...pads }, grouping);
      };
      const whole = alone
        ? insertZeros(k, part(rows[0]!, columns[0]!), [strides[0]!, strides[1]!])
        : weave(
            k,
            rows.map((row) => columns.map((column) => part(row, column))),
          );
      const dx = cut(k, whole, size);
      return sum === undefined ? dx : k.g.call("Add", [dx, sum]);
    },
  };
}
