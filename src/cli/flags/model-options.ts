import { type Command, Option } from "commander";
import { parseAttention } from "../../layers/attention/attention.js";
import type { AttentionStart } from "../../models/index.js";
import type { HubSettings } from "../../weights/hub/node/hub-settings.js";
import type { NetworkOptions } from "../../workspace/model/model-query.js";

/** Flags that make another network of one by name, as commander parsed them. */
export interface NetworkFlags {
  readonly classes?: number;
  readonly attention?: string;
  readonly start?: AttentionStart;
  readonly shortcut?: "projection" | "A";
  readonly aux?: true;
}

/** Which block a network has in the place of its own. */
export function attentionOption(): Option {
  return new Option(
    "--attention <spec>",
    "attention block in the place of the network's own, such as se:reduction=8,stages=2-4, eca or none",
  );
}

/** How the blocks of a network whose weights are drawn start. */
export function startOption(): Option {
  return new Option(
    "--start <how>",
    "first weights of attention blocks: such that the network begins as the one without them, or as in the paper",
  )
    .choices(["identity", "paper"])
    .default("identity");
}

/** How `--shortcut` is described. */
export const shortcutHelp =
  "shortcut of a ResNet by name where the shape changes: a 1x1 convolution, or A, without parameters";

/** What the flags say about the network itself. @throws UserError when the attention is unknown. */
export function networkOf({ classes, attention, start, shortcut, aux }: NetworkFlags): NetworkOptions {
  return {
    classes,
    attention: attention === undefined ? undefined : parseAttention(attention),
    start,
    shortcut,
    aux,
  };
}

/** What `--offline`, a flag of every command, says of the hub. */
export function hubOf(command: Command): Partial<HubSettings> {
  return command.optsWithGlobals<{ offline?: true }>().offline ? { offline: true } : {};
}
