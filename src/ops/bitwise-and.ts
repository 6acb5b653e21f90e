import { bitwise } from "./rules/bitwise.js";

/** y = a & b on the bits of whole numbers, element by element with broadcasting. */
export const BitwiseAnd = bitwise((a, b) => a & b);
