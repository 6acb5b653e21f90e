import { UserError } from "../errors.js";
import type { NeutralStart } from "../layers/attention/written-block.js";

/** How blocks of a kind start so that a network's answers stay. @throws UserError when they cannot start so. */
export function possibleStart(kind: string, neutral: NeutralStart): Exclude<NeutralStart, { none: string }> {
  if (!("none" in neutral)) return neutral;
  throw new UserError(
    `got ${kind} with start identity; expected a block that can start so: ${neutral.none}; take start paper, or another block`,
    { option: "start" },
  );
}
