import type { UserError } from "../../errors.js";
import { flagOf, listedBy } from "../flags/flag-of.js";

/**
 * What the command line says of a mistake. Where the command has a flag for the option that is wrong, the flag stands
 * in the place of the function that found it, as in `--batch: got 0; expected …`; where the option mends it, behind the
 * text.
 * @param known the flags that the command takes.
 */
export function errorLine({ message, options, about }: UserError, known: readonly string[]): string {
  const flags = options.map(flagOf).filter((flag) => known.includes(flag));
  if (flags.length > 0 && about !== undefined) return `${flags.join(", ")}: ${about}`;
  const hints = [...flags, ...options.flatMap((option) => listedBy[option] ?? [])];
  const named = about === undefined || message.startsWith(`${options[0]}: `);
  const text = named ? message : message.replace(/^\w+: (?=got )/, ""); // the function that found it is nobody's here
  return hints.length > 0 ? `${text} (${hints.join(", ")})` : text;
}
