/** A feature map and the gradient of a logit with respect to it, both [C, H·W] in rows. */
export interface MapGradient {
  readonly map: Float32Array;
  readonly gradient: Float32Array;
  readonly channels: number;
}

/**
 * How a map and its gradient become one number a place. What speaks against the class is left out: sums below 0 are 0.
 *
 * - `grad-cam`: a channel weighs the mean of its gradient (Selvaraju et al., arXiv:1610.02391, equations 1 and 2).
 * - `grad-cam++`: a channel weighs the sum of its positive gradients, each by α = g² / (2 g² + ΣA · g³) (Chattopadhyay et
 *   al., arXiv:1710.11063, equations 5 and 19), without an ε in the denominator, which would outweigh small gradients.
 * - `layer-cam`: a place weighs its own positive gradient (Jiang et al., LayerCAM, IEEE TIP 2021, equation 6).
 * - `hires-cam`: a place weighs its own gradient (Draelos and Carin, arXiv:2011.08891, equation 4).
 */
export const camMethods = {
  "grad-cam": (of) => byChannel(of, (g) => g.reduce((sum, value) => sum + value, 0) / g.length),
  "grad-cam++": (of) =>
    byChannel(of, (g, a) => {
      const total = a.reduce((sum, value) => sum + value, 0);
      return g.reduce((sum, value) => (value > 0 ? sum + value / (2 + total * value) : sum), 0);
    }),
  "layer-cam": (of) => byPlace(of, (g) => Math.max(0, g)),
  "hires-cam": (of) => byPlace(of, (g) => g),
} as const satisfies Readonly<Record<string, (of: MapGradient) => Float32Array>>;

/** The name of one of {@link camMethods}. */
export type CamMethod = keyof typeof camMethods;

/** Σ w(g, a) · a over channels, a weight for each. */
function byChannel(
  { map, gradient, channels }: MapGradient,
  weight: (g: Float32Array, a: Float32Array) => number,
): Float32Array {
  const places = map.length / channels;
  const sums = new Float64Array(places);
  for (let c = 0; c < channels; c++) {
    const a = map.subarray(c * places, (c + 1) * places);
    const w = weight(gradient.subarray(c * places, (c + 1) * places), a);
    for (let p = 0; p < places; p++) sums[p]! += w * a[p]!;
  }
  return aboveZero(sums);
}

/** Σ w(g) · a over channels, a weight for each place of each. */
function byPlace({ map, gradient, channels }: MapGradient, weight: (g: number) => number): Float32Array {
  const places = map.length / channels;
  const sums = new Float64Array(places);
  for (let i = 0; i < map.length; i++) sums[i % places]! += weight(gradient[i]!) * map[i]!;
  return aboveZero(sums);
}

const aboveZero = (sums: Float64Array) => Float32Array.from(sums, (sum) => (sum < 0 ? 0 : sum)); // NaN stays
