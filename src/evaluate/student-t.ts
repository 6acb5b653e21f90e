/** Student's t distribution, through the regularised incomplete beta function. */

/**
 * The value that a t-distributed variable stays below with probability `p`.
 * @param p probability, above 0 and below 1.
 * @param df degrees of freedom, any positive number; Infinity gives the normal quantile.
 * @throws RangeError when `p` or `df` is out of range.
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1) || !(df > 0)) {
    throw new RangeError(`tQuantile: got p ${p}, df ${df}; expected 0 < p < 1 and df > 0`);
  }
  if (p < 0.5) return -tQuantile(1 - p, df);
  const freedom = Math.min(df, 1e7); // beyond this the quantile differs from the normal one by less than 1e-6
  const tails = 2 * (1 - p);
  let [low, high] = [0, 1];
  while (twoTails(high, freedom) > tails) [low, high] = [high, 2 * high];
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoTails(middle, freedom) > tails) low = middle;
    else high = middle;
  }
  return high;
}

/** P(|T| > t) for t ≥ 0 = I_x(df/2, 1/2) with x = df / (df + t²). */
function twoTails(t: number, df: number): number {
  return regularisedBeta(df / (df + t * t), (t * t) / (df + t * t), df / 2, 0.5);
}

/**
 * The regularised incomplete beta function I_x(a, b).
 * Source: Abramowitz and Stegun, 26.5.8 (continued fraction) and 6.6.3 (symmetry).
 * @param x in 0–1. @param y 1 − x, given apart because it may be too small for `1 - x`.
 */
export function regularisedBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0 || y <= 0) return x <= 0 ? 0 : 1;
  // The fraction converges fast on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(y, x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
  return front / (a * betaFraction(x, a, b));
}

/** 1 + d₁/(1 + d₂/(1 + …)), evaluated from the front (modified Lentz method). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let [value, c, d] = [1, 1, 0];
  for (let k = 1; k < 100_000; k++) {
    const m = k >> 1;
    const term =
      k % 2 === 0
        ? (m * (b - m) * x) / ((a + k - 1) * (a + k))
        : (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k));
    d = 1 / (1 + term * d || tiny);
    c = 1 + term / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return value;
  }
  throw new Error(`betaFraction: no convergence for x ${x}, a ${a}, b ${b}`);
}

/** ln Γ(z) for z > 0 by Stirling's series (Abramowitz and Stegun, 6.1.41) after shifting z above 10. */
function logGamma(z: number): number {
  let [shifted, product] = [z, 1];
  while (shifted < 10) product *= shifted++;
  const inverse = 1 / (shifted * shifted);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
