import * as z from "zod/mini";
import { UserError } from "../errors.js";
import { readAs } from "../schema.js";
import type { PartialRecipe } from "./recipe.js";
import { recipeFields } from "./recipe-fields.js";

/** Any fields of a recipe; ranges are `checkRecipe`'s part. */
const recipe = z.partial(
  z.strictObject(Object.fromEntries(Object.entries(recipeFields).map(([name, { schema }]) => [name, schema]))),
);

/**
 * Reads a recipe file: JSON with fields of a recipe, or with such an object as its `recipe`, as `config.json` of a run
 * has.
 * @throws UserError that names the first field that is unknown or of another type.
 */
export function parseRecipe(text: string, source: string): PartialRecipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source}: got text that is not JSON (${(error as Error).message}); expected a recipe file`);
  }
  const inner = typeof json === "object" && json !== null && "recipe" in json ? json.recipe : json;
  const { success, error } = readAs(recipe, inner);
  // As it was read, in its own order: a run that goes on writes the very bytes of the run that was never stopped.
  if (success) return inner as PartialRecipe;
  const [issue] = error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new UserError(`${source}: ${where}${issue?.message}; expected fields of a recipe`);
}
