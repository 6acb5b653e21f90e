import { UserError } from "../../errors.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import {
  type Attention,
  attend,
  attends,
  type Placement,
  standsForConvolution,
} from "../../layers/attention/attention.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";

/** A residual unit; what all units of a network share comes first. */
export interface Unit {
  readonly attention: Attention;
  /** The name under which the attention block's parameters live. */
  readonly attentionName?: string;
  readonly shortcut?: "projection" | "A";
  /** Extent of the kernel of a projection with stride. */
  readonly projection?: 1 | 3;
  /** Numbered as in the paper: conv2_x is stage 2. */
  readonly stage: number;
  readonly stride: number;
  /** Channels that come out. */
  readonly channels: number;
}

/** y = ReLU(SE(R(x)) + S(x)), or with the block where Figure 5 of the SENet paper shows it otherwise. */
export function residual(p: Scope, x: Value, unit: Unit, branch: (x: Value) => Value): Value {
  const { g } = p;
  const at = (value: Value, placement: Placement) => attendIn(p, value, unit, placement);
  const r = at(branch(at(x, "pre")), "standard");
  const s = at(shortcut(p, x, unit), "identity");
  return at(g.call("Relu", [g.call("Add", [r, s])]), "post");
}

/** The network's attention block where it stands at this place of the unit. */
export function attendIn(p: Scope, x: Value, unit: Unit, placement: Placement): Value {
  return attend(p.at(unit.attentionName ?? "se"), x, unit.attention, { placement, stage: unit.stage });
}

/** Options of the two convolutions of a basic unit. */
export interface Basic extends Unit {
  /** The legacy networks' ReLU at the end of the branch, before SE and sum. */
  readonly reluBeforeSum?: boolean;
}

/** Two 3×3 convolutions. Source: He et al. 2015, arXiv:1512.03385, Figure 5 left. */
export function basicUnit(p: Scope, x: Value, unit: Basic): Value {
  const { channels, stride, reluBeforeSum } = unit;
  return residual(p, x, unit, (from) => {
    const y = convNorm([p.at("conv1"), p.at("bn1")], from, { channels, kernel: 3, stride, act: "relu" });
    const act = reluBeforeSum ? ({ act: "relu" } as const) : {};
    return convNorm([p.at("conv2"), p.at("bn2")], y, { channels, kernel: 3, ...act });
  });
}

/** Options of the three convolutions of a bottleneck. */
export interface Bottleneck extends Unit {
  /** Channels of the first 1×1 convolution and of the 3×3 one. */
  readonly widths: readonly [first: number, middle: number];
  readonly group?: number;
  /** Which convolution has the stride: the first 1×1 in "v1", the 3×3 in "v1.5". */
  readonly strideOn?: "1x1" | "3x3";
}

/** 1×1, 3×3 and 1×1 convolutions. Source: He et al. 2015, arXiv:1512.03385, Figure 5 right. */
export function bottleneck(p: Scope, x: Value, unit: Bottleneck): Value {
  const { channels, widths, strideOn = "3x3" } = unit;
  const [before, after] = strideOn === "1x1" ? [unit.stride, 1] : [1, unit.stride];
  return residual(p, x, unit, (from) => {
    const narrow = { channels: widths[0], kernel: 1, stride: before, act: "relu" } as const;
    const y = middle(p, convNorm([p.at("conv1"), p.at("bn1")], from, narrow), unit, after);
    return convNorm([p.at("conv3"), p.at("bn3")], y, { channels, kernel: 1 });
  });
}

/** The 3×3 convolution, or the block in its place, and what stands right after it. */
function middle(p: Scope, x: Value, unit: Bottleneck, stride: number): Value {
  const { attention, widths, stage, group = 1 } = unit;
  const channels = widths[1];
  if (attends(attention, "3x3", stage) && standsForConvolution(attention)) {
    return attend(p.at("conv2"), x, attention, { placement: "3x3", stage, channels, stride, group });
  }
  const y = convNorm([p.at("conv2"), p.at("bn2")], x, { channels, kernel: 3, stride, group, act: "relu" });
  return attendIn(p, y, unit, "3x3");
}

/** What is added to the branch: x, or what makes its shape that of the branch. */
export function shortcut(p: Scope, x: Value, { shortcut = "projection", projection = 1, ...unit }: Unit): Value {
  const { channels, stride } = unit;
  if (stride === 1 && extent(x, 1) === channels) return x;
  if (shortcut === "A") return subsample(p, x, channels, stride);
  const kernel = stride === 1 ? 1 : projection;
  const at = p.at("downsample");
  return convNorm([at.at(0), at.at(1)], x, { channels, kernel, stride }); // option B of He et al. 2015, §3.3
}

/**
 * Every `stride`-th pixel, and zeros for the new channels, half before and half after: option A of He et al. 2015,
 * §3.3.
 */
function subsample(p: Scope, x: Value, channels: number, stride: number): Value {
  const { g } = p;
  if (extent(x, 2) < stride || extent(x, 3) < stride) {
    throw new UserError(
      `${p.path}: got a ${extent(x, 2)}×${extent(x, 3)} map to halve; expected an input of 4×4 or more`,
    );
  }
  const int32Max = 2 ** 31 - 1; // "to the end", whatever the size
  const ends = g.ints([int32Max, int32Max]);
  const fewer = stride === 1 ? x : g.call("Slice", [x, g.ints([0, 0]), ends, g.ints([2, 3]), g.ints([stride, stride])]);
  const extra = channels - extent(x, 1);
  const [before, after] = [Math.floor(extra / 2), Math.ceil(extra / 2)];
  return g.call("Pad", [fewer, g.ints([0, before, 0, 0, 0, after, 0, 0])]);
}
