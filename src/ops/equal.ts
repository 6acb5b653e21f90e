import { comparison } from "./rules/compare.js";

/** y = (a == b) element by element with broadcasting, bool. */
export const Equal = comparison(
  (a, b) => a === b,
  ({ low, high }) => (low > 0 || high < 0 ? 0 : low === 0 && high === 0 ? 1 : undefined),
);
