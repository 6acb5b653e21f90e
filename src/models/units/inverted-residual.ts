import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import type { Activation } from "../../layers/activation.js";
import { type Attention, attend } from "../../layers/attention/attention.js";
import type { ConvOptions } from "../../layers/conv.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";

/** What all units of a mobile network have in common. */
export interface MobileStyle {
  readonly naming: "timm" | "torchvision";
  readonly epsilon: number;
  readonly padding?: "same";
  /** Whether a reduction divides the channels that enter a unit, and not those between its convolutions. */
  readonly reduceInput?: boolean;
}

/** A unit: expand, filter every channel by itself, weigh the channels, project. */
export interface InvertedResidual {
  readonly kernel: number;
  /** Channels between the convolutions; where they are as many as come in, there is no expansion. */
  readonly expanded: number;
  readonly channels: number;
  readonly stride: number;
  readonly act: Activation;
  /** Whether the unit has the network's attention block. */
  readonly attends: boolean;
  readonly stage: number;
}

/**
 * Source: Howard et al. 2019, arXiv:1905.02244, Figure 4: SE stands on the expanded channels, before the projection.
 */
export function invertedResidual(
  p: Scope,
  x: Value,
  unit: InvertedResidual,
  style: MobileStyle,
  attention: Attention,
): Value {
  const { kernel, expanded, channels, stride, act, stage } = unit;
  const inputs = extent(x, 1);
  const names = namesOf(p, style, expanded !== inputs, unit.attends && attention.kind !== "none");
  const { epsilon } = style;
  let y = x;
  if (names.expand) y = convNorm(names.expand, y, { channels: expanded, kernel: 1, epsilon, act });
  const filter = { channels: expanded, group: expanded, kernel, stride, epsilon, act, ...paddingOf(style) };
  y = convNorm(names.depthwise, y, filter);
  if (unit.attends) {
    const base = style.reduceInput ? { base: inputs } : {};
    y = attend(names.attention, y, attention, { placement: "standard", stage, names: names.dense, ...base });
  }
  y = convNorm(names.project, y, { channels, kernel: 1, epsilon });
  return stride === 1 && inputs === channels ? p.g.call("Add", [y, x]) : y;
}

/** The padding of a network's convolutions with a stride. */
export function paddingOf({ padding }: MobileStyle): Pick<ConvOptions, "padding"> {
  return padding === undefined ? {} : { padding };
}

type Places = readonly [conv: Scope, norm: Scope];

interface Names {
  readonly expand: Places | undefined;
  readonly depthwise: Places;
  readonly attention: Scope;
  readonly dense: readonly [string, string];
  readonly project: Places;
}

function namesOf(p: Scope, { naming }: MobileStyle, expands: boolean, attends: boolean): Names {
  if (naming === "torchvision") {
    // torchvision numbers what is there, one after the other
    let index = 0;
    const next = (): Places => {
      const at = p.at("block").at(index++);
      return [at.at(0), at.at(1)];
    };
    const expand = expands ? next() : undefined;
    const depthwise = next();
    const attention = p.at("block").at(attends ? index++ : "se");
    return { expand, depthwise, attention, dense: ["fc1", "fc2"], project: next() };
  }
  const places = (conv: string, norm: string): Places => [p.at(conv), p.at(norm)];
  return {
    expand: expands ? places("conv_pw", "bn1") : undefined,
    depthwise: places("conv_dw", expands ? "bn2" : "bn1"),
    attention: p.at("se"),
    dense: ["conv_reduce", "conv_expand"],
    project: expands ? places("conv_pwl", "bn3") : places("conv_pw", "bn2"),
  };
}
