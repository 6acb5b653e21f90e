import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { layerDepths } from "../read/layer-depths.js";
import { parameterForms } from "../read/parameter-forms.js";
import { parametersMatching } from "../read/parameter-roles.js";

/**
 * What is different for the parameters that a pattern fits. Of several groups that fit one, the last that says a thing
 * wins.
 */
export interface ParameterGroup {
  /**
   * A glob such as `layer1.*`, a regular expression such as `/^layer[12]\./`, `@gates` or `@head`, or several of them.
   */
  readonly match: string | readonly string[];
  /** Multiplies the learning rate. */
  readonly lrScale?: number;
  /** In place of the optimizer's, for vectors too. */
  readonly weightDecay?: number;
  /** True: these parameters stay as they are and cost neither a gradient nor memory of the optimizer. */
  readonly freeze?: boolean;
}

/** How one parameter is treated. */
export interface ParameterSetting {
  readonly lrScale: number;
  readonly weightDecay: number;
  readonly frozen: boolean;
}

/** Options of {@link parameterSettings}. */
export interface GroupOptions {
  /**
   * Patterns of the parameters that learn, such as `@gates` and `@head`; all by default. The others are frozen unless a
   * group says otherwise.
   */
  readonly learn?: string | readonly string[] | undefined;
  readonly groups?: readonly ParameterGroup[] | undefined;
  /** The learning rate of every layer is this times that of the layer after it; 1 leaves them equal. */
  readonly layerDecay?: number | undefined;
  /** The weight decay of everything but vectors by form (biases, normalisation, slopes), which are not decayed. */
  readonly weightDecay?: number | undefined;
}

/**
 * How every trainable parameter of a model is treated.
 * @throws UserError when a pattern fits no parameter, or nothing is left to learn.
 */
export function parameterSettings(
  model: Graph,
  { learn = "*", groups = [], layerDecay = 1, weightDecay = 0 }: GroupOptions,
): Map<string, ParameterSetting> {
  const names = [...model.parameters].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
  const depths = layerDecay === 1 ? undefined : layerDepths(model);
  const forms = parameterForms(model);
  const learning = new Set(parametersMatching(model, learn, names));
  const settings = new Map(
    names.map((name) => {
      const decays = forms.get(name)!.kind !== "vector";
      const lrScale = layerDecay ** (depths?.get(name) ?? 0);
      return [name, { lrScale, weightDecay: decays ? weightDecay : 0, frozen: !learning.has(name) }];
    }),
  );
  for (const group of groups) {
    for (const name of parametersMatching(model, group.match, names)) {
      const before = settings.get(name)!;
      settings.set(name, {
        lrScale: before.lrScale * (group.lrScale ?? 1),
        weightDecay: group.weightDecay ?? before.weightDecay,
        frozen: group.freeze ?? before.frozen,
      });
    }
  }
  if (![...settings.values()].some(({ frozen }) => !frozen)) {
    throw new UserError(`${model.name}: got ${names.length} parameters, all frozen; expected some that learn`);
  }
  return settings;
}
