import type { Statistics } from "./image-set.js";

/** Mean and std for so many channels: where they are known for others, the middle of those for each, as in timm. */
export function statisticsFor({ mean, std }: Statistics, channels: number): { mean: number[]; std: number[] } {
  if (mean.length === channels) return { mean: [...mean], std: [...std] };
  const middle = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return { mean: each(middle(mean)), std: each(middle(std)) };
}
