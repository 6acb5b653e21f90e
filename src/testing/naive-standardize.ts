import { elements, float32, type Tensor, toNumbers } from "../graph/tensor.js";

/** (x − mean)/√(variance + ε) over the elements that share a row, every sum in double precision. */
export function naiveStandardize(x: Tensor, epsilon: number, rowOf: (i: number) => number): number[] {
  const values = toNumbers(x);
  const rows = new Map<number, number[]>();
  for (const [i, value] of values.entries()) rows.set(rowOf(i), [...(rows.get(rowOf(i)) ?? []), value]);
  const average = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const statistics = new Map(
    [...rows].map(([row, all]) => {
      const mean = average(all);
      return [row, { mean, deviation: Math.sqrt(average(all.map((value) => (value - mean) ** 2)) + epsilon) }];
    }),
  );
  return values.map((value, i) => {
    const { mean, deviation } = statistics.get(rowOf(i))!;
    return (value - mean) / deviation;
  });
}

/** scale · normal + bias with one scale and bias per channel, as a tensor of the shape of x [N, C, ..]. */
export function scaledPerChannel(x: Tensor, normal: readonly number[], scale: Tensor, bias: Tensor): Tensor<"float32"> {
  const inner = elements(x.shape.slice(2));
  const channelOf = (i: number) => Math.floor(i / inner) % x.shape[1]!;
  const entry = (value: number, i: number) =>
    value * Number(scale.data[channelOf(i)]) + Number(bias.data[channelOf(i)]);
  return float32(x.shape, normal.map(entry));
}
