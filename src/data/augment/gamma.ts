import type { Random } from "../../random.js";

/**
 * The logarithm of a number from the gamma distribution of shape `alpha`, above 0, and scale 1; the logarithm because
 * for a small shape the number itself may round to 0.
 * Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; for shapes below 1 their
 * section 6.
 */
export function logGamma(random: Random, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + Math.log(1 - random.float()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.float()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

/** A number from the beta distribution of shapes `a` and `b`, both above 0. */
export function beta(random: Random, a: number, b: number): number {
  return 1 / (1 + Math.exp(logGamma(random, b) - logGamma(random, a)));
}
