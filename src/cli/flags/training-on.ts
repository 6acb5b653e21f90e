import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command, OptionValues } from "commander";
import { commandText } from "./command-text.js";

/**
 * The command that trains the network of a run further: a new run from its weights, for the learning rate of the old one
 * was planned for the epochs that it had.
 * @param flags those of the run.
 */
export function trainingOn(path: string, command: Command, flags: OptionValues, epochs: number): string {
  const data = command.options
    .filter((option) => option.helpGroupHeading === "Data:")
    .flatMap((option) => {
      const value: unknown = flags[option.attributeName()];
      return value === undefined ? [] : [String(option.long), [value].flat().join("x")];
    });
  const last = existsSync(join(path, "last-plain.onnx")) ? "last-plain.onnx" : "last.onnx";
  const model = ["--model", join(path, last), "--config", `${path}/config.json`];
  return commandText(["train", ...model, ...data, "--epochs", String(epochs)]);
}
