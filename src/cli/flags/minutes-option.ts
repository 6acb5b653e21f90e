import type { Option } from "commander";
import { bounds } from "../../bounds.js";
import { UserError } from "../../errors.js";
import type { TimeBudget } from "../../workspace/run/epochs-within.js";
import type { Progress } from "../terminal/progress.js";
import { number } from "./number-option.js";
import { engineOptionsOf, type TrainingFlags } from "./options.js";

/** `--minutes`, the flag. */
export function minutesOption(): Option {
  return number("--minutes <n>", "time that training and tests may take, in the place of --epochs", bounds.minutes);
}

/** How long it may take, where that is said. @throws UserError for epochs beside it. */
export function budgetOf(
  { minutes, epochs, ...flags }: TrainingFlags & { readonly minutes?: number },
  progress: Progress,
): TimeBudget | undefined {
  if (minutes === undefined) return undefined;
  if (epochs !== undefined) {
    throw new UserError(`--minutes: got ${minutes} with --epochs ${epochs}; expected one of them`);
  }
  const onMeasure = () => progress.update("timing a few steps and tests …");
  return { minutes, threads: engineOptionsOf(flags).threads, onMeasure };
}
