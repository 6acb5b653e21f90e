import * as z from "zod/mini";
import { en } from "zod/v4/locales";

const { localeError } = en();

/**
 * Reads a value, such as one that came as JSON, by a schema; what does not fit is said in English. The small form of
 * the validator brings no language of its own, and so none of the fifty others to where this runs.
 */
export function readAs<S extends z.ZodMiniType>(schema: S, value: unknown) {
  return z.safeParse(schema, value, { error: localeError });
}
