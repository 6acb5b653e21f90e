import { comparison } from "./rules/compare.js";

/** y = (a ≥ b) element by element with broadcasting, bool. */
export const GreaterOrEqual = comparison(
  (a, b) => a >= b,
  ({ low, high }) => (low >= 0 ? 1 : high < 0 ? 0 : undefined),
);
