import { elements, float32, type Tensor } from "../graph/tensor.js";

/** What batch normalisation over a batch gives, every sum in double precision. */
export interface NaiveBatchNorm {
  readonly y: Tensor<"float32">;
  readonly mean: number[];
  /** Biased: the mean of the squared distances. */
  readonly variance: number[];
  /** ∂⟨dy, y⟩ by x, scale and bias. */
  gradient(dy: Tensor): { dx: Tensor<"float32">; dscale: number[]; dbias: number[] };
}

/** Batch normalisation of x [N, C, ..] by its definition. */
export function naiveBatchNorm(x: Tensor, scale: Tensor, bias: Tensor, epsilon: number): NaiveBatchNorm {
  const channels = x.shape[1]!;
  const inner = elements(x.shape.slice(2));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const values = Array.from(x.data, Number);
  const perChannel = values.length / channels;
  const sums = (terms: (i: number) => number) => {
    const result = Array<number>(channels).fill(0);
    for (let i = 0; i < values.length; i++) result[channelOf(i)]! += terms(i);
    return result;
  };
  const mean = sums((i) => values[i]!).map((sum) => sum / perChannel);
  const variance = sums((i) => (values[i]! - mean[channelOf(i)]!) ** 2).map((sum) => sum / perChannel);
  const rstd = variance.map((v) => 1 / Math.sqrt(v + epsilon));
  const normal = values.map((value, i) => (value - mean[channelOf(i)]!) * rstd[channelOf(i)]!);
  const of = (vector: Tensor, i: number) => Number(vector.data[channelOf(i)]);
  const tensor = (entry: (i: number) => number) =>
    float32(
      x.shape,
      Float32Array.from(values, (_, i) => entry(i)),
    );
  return {
    y: tensor((i) => normal[i]! * of(scale, i) + of(bias, i)),
    mean,
    variance,
    gradient(dy) {
      const given = Array.from(dy.data, Number);
      const dbias = sums((i) => given[i]!);
      const dscale = sums((i) => given[i]! * normal[i]!);
      const dx = tensor((i) => {
        const c = channelOf(i);
        return of(scale, i) * rstd[c]! * (given[i]! - dbias[c]! / perChannel - (normal[i]! * dscale[c]!) / perChannel);
      });
      return { dx, dscale, dbias };
    },
  };
}
