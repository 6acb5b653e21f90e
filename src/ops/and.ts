import { connective } from "./rules/logic.js";

/** y = a ∧ b of truth values, element by element with broadcasting. */
export const And = connective((a, b) => a && b);
