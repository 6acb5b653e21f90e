import { Command } from "commander";
import { benchInfer } from "./bench-infer.js";
import { benchTrain } from "./bench-train.js";

/** `senet bench`: times the engine. */
export const bench = new Command("bench");
for (const command of [benchTrain, benchInfer]) bench.addCommand(command);
