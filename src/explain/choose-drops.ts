import { findGates, withoutGates } from "./find-gates.js";
import { measureVariants, type SwitchEffect, type SwitchOptions } from "./switch-off.js";

/** How gates that do nothing are chosen. */
export interface ChooseDropsOptions extends Omit<SwitchOptions, "modes"> {
  /** How much the loss may rise at most, in nats, at the upper end of its 95 % interval (0.01 by default). */
  readonly maxDrop?: number | undefined;
}

/** A block, and what the loss becomes with its gates and those of all rows before it at their means. */
export interface DropStep {
  readonly site: string;
  readonly paper: string;
  readonly alone: SwitchEffect;
  readonly together: SwitchEffect;
  readonly dropped: boolean;
}

/** Which blocks can go. */
export interface ChosenDrops {
  readonly images: number;
  /** The mean gates of the blocks that go, for `dropGates`. */
  readonly scales: ReadonlyMap<string, Float32Array>;
  /** Every block that could go by itself, the least missed first. */
  readonly steps: readonly DropStep[];
}

/**
 * Finds the blocks whose gates can be replaced by their means: one after the other, the least missed first, while the
 * interval of the loss stays within a bound.
 * @throws as `switchOff`.
 * @example
 * ```ts
 * import { readCard } from "senet";
 * import { chooseDrops, dropGates } from "senet/explain";
 * import { nodeRuntime, openDataset, readModel } from "senet/node";
 *
 * const model = readModel("model.onnx");
 * const dataset = await openDataset("glyphs", { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const prepared = { ...dataset, ...readCard(model.graph), classes: dataset.classes };
 * const { scales } = await chooseDrops({ runtime, ...model, dataset: prepared, maxDrop: 10 });
 * await runtime.close();
 * console.log(scales.size, dropGates(model, scales).dropped.length); // 9 9
 * ```
 */
export async function chooseDrops(options: ChooseDropsOptions): Promise<ChosenDrops> {
  const { graph, maxDrop = 0.01, onShare } = options;
  const sites = findGates(graph).filter(({ kind }) => kind === "channel");
  if (sites.length === 0) throw withoutGates(graph);
  const first = { ...options, onShare: onShare && ((share: number) => onShare(share / 2)) };
  const alone = await measureVariants(
    first,
    sites,
    sites.map((_, b) => ({ blocks: [b], mode: "mean" })),
  );
  const effects = alone.changed.map((scores) => scores.against(alone.base).loss);
  const order = [...sites.keys()]
    .filter((b) => effects[b]!.interval[1] <= maxDrop)
    .sort((a, b) => effects[a]!.interval[1] - effects[b]!.interval[1] || a - b);
  const second = { ...options, onShare: onShare && ((share: number) => onShare((1 + share) / 2)) };
  const together = await measureVariants(
    second,
    sites,
    order.map((_, i) => ({ blocks: order.slice(0, i + 1), mode: "mean" })),
  );
  let within = true;
  const steps = order.map((b, i): DropStep => {
    const { site, paper } = sites[b]!;
    const effect = together.changed[i]!.against(together.base).loss;
    within &&= effect.interval[1] <= maxDrop;
    return { site, paper, alone: effects[b]!, together: effect, dropped: within };
  });
  const scales = order
    .slice(0, steps.filter(({ dropped }) => dropped).length)
    .map((b) => [sites[b]!.site, alone.means[b]!] as const);
  return { images: alone.base.losses.length, scales: new Map(scales), steps };
}

/** The mean gates of some blocks over images. @throws as `switchOff`. */
export async function meanGates(options: Omit<SwitchOptions, "modes">): Promise<ReadonlyMap<string, Float32Array>> {
  const sites = findGates(options.graph).filter(({ kind }) => kind === "channel");
  if (sites.length === 0) throw withoutGates(options.graph);
  const { means } = await measureVariants(options, sites, []);
  return new Map(sites.map(({ site }, b) => [site, means[b]!]));
}
