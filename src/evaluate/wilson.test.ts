import { expect, it } from "vitest";
import { wilsonInterval } from "./wilson.js";

// statsmodels.stats.proportion.proportion_confint(count, nobs, method="wilson") for the first two.
it.each([
  [8, 10, 0.490162, 0.943318],
  [1, 1000, 0.000177, 0.005642],
  [0, 10, 0, 0.277533],
  [10, 10, 0.722467, 1],
])("%i of %i lie between %f and %f", (right, images, low, high) => {
  const interval = wilsonInterval(right / images, images);
  expect(interval[0]).toBeCloseTo(low, 5);
  expect(interval[1]).toBeCloseTo(high, 5);
});
