import { Argument, type Command } from "commander";
import { UserError } from "../../errors.js";

interface Taken {
  readonly flag?: "--model" | "--models";
  /** Whether there may be several; the flag has them with commas between. */
  readonly several?: boolean;
  /** A model to show where none is given; left out where the command has a default or says so itself. */
  readonly example?: string;
  /** An option with which the command takes no model. */
  readonly unless?: string;
}

/** Lets the models of a command stand without their flag: `senet train resnet20` is `senet train --model resnet20`. */
export function takeModel(
  command: Command,
  { flag = "--model", several = false, example, unless }: Taken = {},
): Command {
  const key = flag.slice(2);
  const argument = several
    ? new Argument("[models...]", `the networks, as ${flag} takes them`)
    : new Argument("[model]", `the model, as ${flag} takes it`);
  return command.addArgument(argument).hook("preAction", (_, { processedArgs }) => {
    const words = [processedArgs[0] as string | string[] | undefined].flat().filter((word) => word !== undefined);
    if (words.length > 0) fill(command, flag, words.join(","));
    const without = unless !== undefined && command.getOptionValue(unless) !== undefined;
    if (example !== undefined && !without && command.getOptionValue(key) === undefined) {
      throw new UserError(`${flag}: got nothing; give one such as ${flag} ${example}`);
    }
  });
}

/** @throws UserError where the flag is given too and says something else. */
function fill(command: Command, flag: string, model: string): void {
  const key = flag.slice(2);
  const typed: unknown = command.getOptionValueSource(key) === "cli" ? command.getOptionValue(key) : undefined;
  if (typed !== undefined && typed !== model) {
    throw new UserError(`${flag}: got ${typed} and, without the flag, ${model}; expected one of them`);
  }
  command.setOptionValueWithSource(key, model, "cli");
}
