import { elements, type Tensor } from "../../graph/tensor.js";
import type { Tensors } from "../../runtime/runtime.js";

type Numbers = Float32Array;

/** Feeds of several requests as those of one, one behind the other along the first axis. */
export function joined(parts: readonly Tensors[]): Tensors {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? {};
  return Object.fromEntries(Object.keys(first).map((name) => [name, concatenated(parts.map((part) => part[name]!))]));
}

function concatenated(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape, data } = tensors[0]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  const all = new (data.constructor as { new (length: number): Numbers })(rows * elements(shape.slice(1)));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.data as Numbers, at);
    at += tensor.data.length;
  }
  return { dtype, shape: [rows, ...shape.slice(1)], data: all } as unknown as Tensor;
}

/**
 * Gives each request its rows of what all gave together.
 * @param rows of each request.
 * @throws Error where an output has other rows than were fed.
 */
export function parted(outputs: Tensors, rows: readonly number[]): Tensors[] {
  if (rows.length === 1) return [outputs];
  const total = rows.reduce((sum, count) => sum + count, 0);
  let first = 0;
  return rows.map((count) => {
    const own = Object.entries(outputs).map(([name, { dtype, shape, data }]) => {
      if (shape[0] !== total) throw new Error(`${name} has shape [${shape.join(", ")}] for ${total} rows`);
      const size = elements(shape.slice(1));
      const part = (data as Numbers).slice(first * size, (first + count) * size);
      return [name, { dtype, shape: [count, ...shape.slice(1)], data: part } as unknown as Tensor] as const;
    });
    first += count;
    return Object.fromEntries(own);
  });
}

/** What requests must have in common to run as one: the sizes of all axes but the first. */
export function formOf(feeds: Tensors): string {
  return Object.values(feeds)
    .map(({ shape }) => shape.slice(1).join("x"))
    .join();
}
