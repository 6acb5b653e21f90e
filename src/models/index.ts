import { bounds, checkBound } from "../bounds.js";
import { nearest, UserError, valueError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { buildOrExplain } from "./build-or-explain.js";
import { bnInceptions } from "./families/bn-inception.js";
import { cifarPreResNets } from "./families/cifar-preresnet.js";
import { cifarResNets } from "./families/cifar-resnet.js";
import { cifarShakeShakes } from "./families/cifar-shake-shake.js";
import { efficientNets } from "./families/efficientnet.js";
import { inceptionResNetV2s } from "./families/inception-resnet-v2.js";
import { inceptionV3s } from "./families/inception-v3.js";
import { legacyResNets } from "./families/legacy-resnet.js";
import { mobileNetV1s } from "./families/mobilenet-v1.js";
import { mobileNetV3s } from "./families/mobilenet-v3.js";
import { regNets } from "./families/regnet.js";
import { resNets } from "./families/resnet.js";
import { resNeXts } from "./families/resnext.js";
import { senets } from "./families/senet154.js";
import { shuffleNetV1s } from "./families/shufflenet-v1.js";
import { vggs } from "./families/vgg.js";
import type { ModelEntry, ModelFamily, ModelOptions } from "./model.js";
import { attentionOf, switchesOf } from "./resolve-options.js";

export type { Attention, AttentionStart, ModelOptions } from "./model.js";

/** Every network by its published name. */
export const models: ModelFamily = {
  ...resNets,
  ...legacyResNets,
  ...resNeXts,
  ...senets,
  ...vggs,
  ...bnInceptions,
  ...inceptionV3s,
  ...inceptionResNetV2s,
  ...mobileNetV1s,
  ...shuffleNetV1s,
  ...mobileNetV3s,
  ...efficientNets,
  ...regNets,
  ...cifarResNets,
  ...cifarPreResNets,
  ...cifarShakeShakes,
};

/**
 * Builds a network by its published name; its parameters have their published names too.
 * @param name such as `seresnet20`.
 * @returns a graph from `x` [N, C, H, W] to `logits` [N, classes].
 * @throws UserError when the name is unknown, an option is impossible, or the blocks have no such start.
 * @example
 * ```ts
 * import { createModel } from "senet";
 *
 * const graph = createModel("seresnet20", { classes: 10, attention: { kind: "se", reduction: 8 } });
 * console.log(graph.inputs[0]?.shape, graph.outputs[0]?.shape); // [ 'N', 3, 32, 32 ] [ 'N', 10 ]
 * ```
 */
export function createModel(name: string, options: ModelOptions = {}): Graph {
  const entry = modelEntry(name);
  const { classes = entry.classes, input = entry.input, dropout = entry.dropout ?? 0, start = "paper" } = options;
  checkBound("createModel", "classes", classes, bounds.classes);
  if (!input.every(bounds.size.holds)) {
    throw valueError("createModel", "input", input.join("x"), "channels x height x width such as 3x32x32");
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw valueError("createModel", "dropout", dropout, "a share from 0 to below 1 such as 0.2");
  }
  const attention = attentionOf(name, entry, options.attention);
  const resolved = { name, classes, input, attention, dropout, start, ...switchesOf(name, entry, options) };
  return buildOrExplain(entry, resolved);
}

/** The row of a network. @throws UserError when the name is unknown, with the nearest known one. */
export function modelEntry(name: string): ModelEntry {
  if (Object.hasOwn(models, name)) return models[name]!;
  const near = nearest(name, Object.keys(models));
  throw new UserError(
    `unknown model "${name}"; expected the name of a network${near ? `; did you mean "${near}"?` : ""}`,
    { option: "name" },
  );
}
