/** 2/√π · ∫₀ˣ exp(−t²) dt by its power series, and by 1 − a continued fraction where that converges faster. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 3) return Math.sign(x) * (1 - erfcTail(size));
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** 1 − erf(x) for x > 3: exp(−x²)/√π / (x + ½/(x + 1/(x + 1½/(x + …)))). Source: Abramowitz & Stegun, 7.1.14. */
function erfcTail(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** The density φ of the normal distribution and its integral Φ. */
export const normal = {
  density: (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI),
  below: (x: number) => (1 + erf(x / Math.SQRT2)) / 2,
};
