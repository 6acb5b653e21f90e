import { maxOfDims, minOfDims } from "../../graph/dims/dim.js";
import { arithmetic, type Fold } from "./fold.js";

/**
 * The larger, or smaller, of two whole numbers or names; what fractions give, NaN and −0 among them, is left to the
 * engine.
 */
export function foldExtremum(kind: "max" | "min"): Fold {
  const fold = kind === "max" ? arithmetic(Math.max, maxOfDims) : arithmetic(Math.min, minOfDims);
  return (operands, dtype) => (dtype.startsWith("float") ? undefined : fold(operands, dtype));
}
