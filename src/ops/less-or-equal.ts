import { comparison } from "./rules/compare.js";

/** y = (a ≤ b) element by element with broadcasting, bool. */
export const LessOrEqual = comparison(
  (a, b) => a <= b,
  ({ low, high }) => (high <= 0 ? 1 : low > 0 ? 0 : undefined),
);
