import * as z from "zod/mini";
import { type Choose, taskText } from "../lower/algorithms.js";

/** What each algorithm of a task takes, in milliseconds, the one that is best by rule first. */
const measuredTimes = z
  .record(z.string(), z.number().check(z.nonnegative()))
  .check(z.refine((measured) => Object.keys(measured).length > 0, "expected an algorithm"));
export type Measured = z.infer<typeof measuredTimes>;

/** Which algorithms were measured where: a file that a run can be repeated with. */
export const algorithmTable = z.strictObject({
  format: z.literal("senet algorithms 1"),
  /** `Runtime.name`, which tells version and threads. */
  engine: z.string(),
  cpu: z.string(),
  /** Channels in a block; left out where the engine has no such layout. */
  channelBlock: z.optional(z.int().check(z.positive())),
  /** By task, as `taskText` writes it. */
  milliseconds: z.record(z.string(), measuredTimes),
});
/**
 * Which algorithms were measured on which machine.
 * @interface
 */
export type AlgorithmTable = z.infer<typeof algorithmTable>;

/** The algorithm of every task that was measured, by its text. Equal tables give equal choices. */
export type Choices = Readonly<Record<string, string>>;

/** An algorithm takes the place of the one that is best by rule when it takes this part of its time, or less. */
const CLEARLY = 0.95;

/** The algorithm that a measurement speaks for. */
export function fastest(measured: Measured): string {
  const all = Object.entries(measured);
  const [byRule, limit] = all[0]!;
  const [name, best] = all.reduce((least, each) => (each[1] < least[1] ? each : least));
  return best <= CLEARLY * limit ? name : byRule;
}

/**
 * The algorithm of every task that was measured: the best one by rule, unless another one takes 5 % less time.
 * @example
 * ```ts
 * import { choicesOf } from "senet/step";
 *
 * const milliseconds = { "ConvInputGradient 8x16x8x8": { taps: 4, woven: 2 } };
 * const choices = choicesOf({ format: "senet algorithms 1", engine: "", cpu: "", milliseconds });
 * console.log(Object.values(choices)); // [ 'woven' ]
 * ```
 */
export function choicesOf({ milliseconds }: AlgorithmTable): Choices {
  return Object.fromEntries(Object.entries(milliseconds).map(([task, measured]) => [task, fastest(measured)]));
}

/**
 * Chooses so; tasks that were not measured are left to the rule. @param used is told which choices were made.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { chooseBy, planTraining } from "senet/step";
 *
 * const choices = {}; // of choicesOf: what was not measured is left to the rule
 * const { graph } = planTraining(createModel("resnet20"), { batch: 8 }, { choose: chooseBy(choices) });
 * console.log(graph.inputs[0]?.shape); // [ 8, 3, 32, 32 ]
 * ```
 */
export function chooseBy(choices: Choices, used?: (task: string, name: string) => void): Choose {
  return (task) => {
    const text = taskText(task);
    const name = Object.hasOwn(choices, text) ? choices[text] : undefined;
    if (name !== undefined) used?.(text, name);
    return name;
  };
}
