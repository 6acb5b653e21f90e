import { partOf } from "../data/split.js";
import { testBatch } from "../data/test-batch.js";
import { UserError } from "../errors.js";
import { activationOf, askerOn } from "../evaluate/ask.js";
import { type Activation, lossOf, predictedClass } from "../evaluate/logits.js";
import { pairedDifference } from "../evaluate/paired-difference.js";
import type { Session } from "../runtime/runtime.js";
import { findGates, type GateSite, withoutGates } from "./find-gates.js";
import { Switches, type SwitchMode, switchedProgram, switchModes, type Variant } from "./switches.js";
import type { GateOptions } from "./watch-gates.js";

/** A difference over the images, with its 95 % interval; images are paired. */
export interface SwitchEffect {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
}

/** What the answers become when the gates of a block are switched off. */
export interface SwitchRow {
  /** The block; undefined for all of them at once. */
  readonly site: string | undefined;
  readonly paper: string | undefined;
  readonly mode: SwitchMode;
  /** By how much the loss rises, in nats: above 0 the gates were of use. */
  readonly loss: SwitchEffect;
  /** By how much the share of right answers changes, −1 to 1. */
  readonly accuracy: SwitchEffect;
}

/** What switching gates off does on images. */
export interface SwitchTable {
  readonly images: number;
  /** Mean loss and share of right answers with all gates as they are. */
  readonly loss: number;
  readonly accuracy: number;
  readonly rows: readonly SwitchRow[];
  /** The mean gates of each block, as they stood in: [channels] of channel gates, a whole map of others. */
  readonly means: ReadonlyMap<string, Float32Array>;
}

/** What is switched off, and on which images. */
export interface SwitchOptions extends GateOptions {
  /** Images at most, evenly spread over the split (500 by default). */
  readonly most?: number | undefined;
  /** What stands in (all three by default). */
  readonly modes?: readonly SwitchMode[] | undefined;
  /** Called with the share that is done, 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/**
 * Measures what the gates are worth: the same images with the gates of one block, or of all, replaced by their mean, by 1
 * and by those of another image. Only this tells gates that look at the image from a scale that was learnt.
 * @throws UserError when the model has no gates, or fewer than two images are there; the signal's reason when it is
 *   aborted.
 * @example
 * ```ts
 * import { readCard } from "senet";
 * import { switchOff } from "senet/explain";
 * import { nodeRuntime, openDataset, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const dataset = await openDataset("glyphs", { testLimit: 32 });
 * const runtime = nodeRuntime();
 * const prepared = { ...dataset, ...readCard(graph), classes: dataset.classes };
 * const { rows } = await switchOff({ runtime, graph, weights, dataset: prepared, modes: ["mean"] });
 * await runtime.close();
 * console.log(rows.length, rows[0]?.site, rows.at(-1)?.site); // 10 layer1.0.se undefined
 * ```
 */
export async function switchOff(options: SwitchOptions): Promise<SwitchTable> {
  const { graph, modes = switchModes } = options;
  const sites = findGates(graph);
  if (sites.length === 0) throw withoutGates(graph);
  // One block alone, each in every way; then all of them.
  const alone = sites.flatMap((site, b) => modes.map((mode) => ({ site, blocks: [b], mode })));
  const together = modes.map((mode) => ({ site: undefined, blocks: sites.map((_, b) => b), mode }));
  const variants = [...alone, ...together];
  const { base, changed, means } = await measureVariants(options, sites, variants);
  return {
    images: base.losses.length,
    loss: mean(base.losses),
    accuracy: mean(base.right),
    rows: variants.map(({ site, mode }, v) => {
      return { site: site?.site, paper: site?.paper, mode, ...changed[v]!.against(base) };
    }),
    means: new Map(sites.map(({ site }, b) => [site, means[b]!])),
  };
}

/** The answers with all gates as they are, and for each variant. */
export interface MeasuredVariants {
  readonly base: Scores;
  readonly changed: readonly Scores[];
  readonly means: readonly Float32Array[];
}

/** Runs the images once to keep their gates, and once more for all variants of each batch. */
export async function measureVariants(
  options: SwitchOptions,
  sites: readonly GateSite[],
  variants: readonly Variant[],
): Promise<MeasuredVariants> {
  const { runtime, dataset, split = dataset.test, most = 500, output } = options;
  const images = Math.min(most, split.length);
  if (images < 2) throw new UserError(`got ${images} images; expected at least two, whose gates can change places`);
  const chosen = partOf(
    split,
    Uint32Array.from({ length: images }, (_, i) => Math.floor((i * split.length) / images)),
  );
  const { program, ...switched } = switchedProgram(options, sites, output);
  const { answer } = program;
  const session = await runtime.open(program.onnx, { outputs: [answer.output, ...switched.gates] });
  try {
    const state = new Switches({ program, ...switched }, images);
    const run: Session["run"] = (feeds) => session.run({ ...feeds, ...state.feeds(feeds[program.input.name]!) });
    const asker = askerOn({ ...session, run }, program);
    const base = new Scores(images);
    const changed = variants.map(() => new Scores(images));
    const { batch = testBatch(dataset), signal, onShare } = options;
    const all = images * (1 + variants.length);
    let done = 0;
    onShare?.(0);
    for (const pass of [[undefined], variants]) {
      let seen = 0;
      for await (const { x, y, size } of chosen.batches({ batch, statistics: dataset })) {
        const shape = [size, dataset.channels, dataset.height, dataset.width] as const;
        for (const [v, variant] of pass.entries()) {
          signal?.throwIfAborted();
          state.set(variant, seen);
          const { logits, outputs } = await asker.all({ data: x, shape });
          if (variant === undefined) state.keep(outputs, seen, size);
          const scores = variant === undefined ? base : changed[v]!;
          for (let n = 0; n < size; n++) {
            const own = logits.subarray(n * answer.classes, (n + 1) * answer.classes);
            scores.add(seen + n, own, Number(y[n]), activationOf(answer));
          }
          done += size;
          onShare?.(done / all);
        }
        seen += size;
      }
    }
    return { base, changed, means: state.means };
  } finally {
    await session.release();
  }
}

/** Loss and rightness image by image. */
export class Scores {
  readonly losses: Float64Array;
  readonly right: Float64Array;

  constructor(images: number) {
    this.losses = new Float64Array(images);
    this.right = new Float64Array(images);
  }

  add(index: number, logits: Float32Array, label: number, activation: Activation): void {
    this.losses[index] = lossOf(logits, label, activation);
    this.right[index] = predictedClass(logits) === label ? 1 : 0;
  }

  against(base: Scores): { loss: SwitchEffect; accuracy: SwitchEffect } {
    return { loss: effect(base.losses, this.losses), accuracy: effect(base.right, this.right) };
  }
}

function effect(before: Float64Array, after: Float64Array): SwitchEffect {
  const { mean, interval } = pairedDifference([before], [after]);
  return { mean, interval };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
