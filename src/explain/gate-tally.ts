import { NotFinite } from "../runtime/not-finite.js";
import { againstChance, type ClassDependence, etaSquared, selectivity, stillBelow } from "./class-dependence.js";
import { CoMoments } from "./co-moments.js";
import type { GateSite } from "./find-gates.js";
import { Histogram } from "./histogram.js";
import { ImageSample, type SampledImage, sampledChannels } from "./image-sample.js";
import { Moments } from "./moments.js";

/** The shares of images below which quantiles lie. */
export const quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** How a block's gates lie over some images; arrays have a number for each channel. */
export interface GateSpread {
  readonly images: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** For each of {@link quantileShares} the number below which that share of the images lies, within 0.005. */
  readonly quantiles: readonly (readonly number[])[];
}

/** What the gates of a block did. */
export interface BlockGates extends Pick<GateSite, "site" | "paper" | "channels"> {
  readonly all: GateSpread;
  /** For each class that is shown. */
  readonly classes: readonly (GateSpread & { readonly label: number })[];
  /** The shares of all gates, images by channels, below 0.05 and above 0.95. */
  readonly low: number;
  readonly high: number;
  /** How many channels do not vary from image to image: their deviation is below 0.001. */
  readonly constant: number;
  /** η² and selectivity over all images; undefined where they cannot be: see `etaSquared` and `selectivity`. */
  readonly etaSquared: number | undefined;
  readonly selectivity: number | undefined;
  /** Both held against chance; undefined where no class has two images, or there is one class alone. */
  readonly againstChance: ClassDependence | undefined;
  /** For each channel how its squeeze and its gate go together, −1 to 1; undefined where one of them does not vary. */
  readonly correlation: readonly (number | undefined)[];
}

/** What is watched. */
export interface GateTallyOptions {
  readonly sites: readonly Pick<GateSite, "site" | "paper" | "channels">[];
  /** How many classes there are. */
  readonly classes: number;
  /** Those whose quantiles are wanted. */
  readonly shown: readonly number[];
  /** Images that are kept for permutations at most (5,000 by default). */
  readonly sample?: number | undefined;
}

/** Below this deviation a gate is as good as a constant. */
const constantBelow = 1e-3;

/**
 * Sums up gates image by image. Its memory depends on blocks, channels and classes, not on the images; what was added to
 * several, each with a part of the images, can be put together.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { findGates, GateTally } from "senet/explain";
 *
 * const sites = findGates(createModel("seresnet20")).slice(0, 1);
 * const tally = new GateTally({ sites, classes: 2, shown: [0, 1] });
 * const gates = new Float32Array(16).fill(0.5);
 * tally.add({ index: 0, label: 1, gates: [gates], squeezes: [gates] });
 * console.log(tally.read()[0]?.all.mean[0]); // 0.5
 * ```
 */
export class GateTally {
  readonly options: GateTallyOptions;
  /** Images with gates that are no finite numbers. */
  readonly notFinite = new NotFinite();
  readonly #blocks: BlockTally[];
  readonly #sample: ImageSample;
  #images = 0;

  constructor(options: GateTallyOptions) {
    this.options = options;
    const { sites, classes, shown, sample = 5000 } = options;
    this.#blocks = sites.map(({ channels }) => new BlockTally(channels, classes, shown));
    this.#sample = new ImageSample(sample);
  }

  /** Images so far. */
  get images(): number {
    return this.#images;
  }

  /** Adds an image: for each site its gates [channels], and what they were made of. */
  add({ index, label, gates, squeezes }: SampledImage & { readonly squeezes?: readonly Float32Array[] }): void {
    this.#images++;
    for (const own of gates) if (!this.notFinite.look(own, index)) return;
    for (const [b, block] of this.#blocks.entries()) block.add(gates[b]!, label, squeezes?.[b]);
    this.#sample.add(index, () => {
      const some = gates.map((own) => Float32Array.from(sampledChannels(own.length), (c) => own[c]!));
      return { index, label, gates: some };
    });
  }

  /** Adds what another one of the same sites and classes has seen. */
  merge(other: GateTally): void {
    this.#images += other.#images;
    for (const [b, block] of this.#blocks.entries()) block.merge(other.#blocks[b]!);
    this.#sample.merge(other.#sample);
  }

  /** Means and deviations of a block by class. */
  moments(block: number): Moments {
    return this.#blocks[block]!.moments;
  }

  /** The images that were kept. */
  sampled(): SampledImage[] {
    return this.#sample.read();
  }

  read(): BlockGates[] {
    const chance = againstChance(this.#sample.read());
    return this.options.sites.map(({ site, paper, channels }, b) => {
      return { site, paper, channels, ...this.#blocks[b]!.read(), againstChance: chance?.[b] };
    });
  }
}

/** The sums of one block. */
class BlockTally {
  readonly moments: Moments;
  readonly #all: Histogram;
  readonly #shown: ReadonlyMap<number, Histogram>;
  readonly #together: CoMoments;
  #low = 0;
  #high = 0;

  constructor(channels: number, classes: number, shown: readonly number[]) {
    this.moments = new Moments(channels, classes);
    this.#all = new Histogram(channels);
    this.#shown = new Map(shown.map((label) => [label, new Histogram(channels)]));
    this.#together = new CoMoments(channels);
  }

  add(gates: Float32Array, label: number, squeeze: Float32Array | undefined): void {
    this.moments.add(gates, label);
    if (squeeze !== undefined) this.#together.add(squeeze, gates);
    const own = this.#shown.get(label);
    for (const [c, gate] of gates.entries()) {
      this.#all.add(c, gate);
      own?.add(c, gate);
      if (gate < 0.05) this.#low++;
      if (gate > 0.95) this.#high++;
    }
  }

  merge(other: BlockTally): void {
    this.moments.merge(other.moments);
    this.#all.merge(other.#all);
    for (const [label, histogram] of this.#shown) histogram.merge(other.#shown.get(label)!);
    this.#together.merge(other.#together);
    this.#low += other.#low;
    this.#high += other.#high;
  }

  read() {
    const { moments } = this;
    const { channels } = moments;
    const whole = moments.whole();
    const all = spread(whole, 0, this.#all);
    const gates = whole.counts[0]! * channels;
    return {
      all,
      classes: [...this.#shown].map(([label, histogram]) => ({ label, ...spread(moments, label, histogram) })),
      low: this.#low / gates,
      high: this.#high / gates,
      constant: all.std.filter((std) => std < constantBelow).length,
      etaSquared: moments.counts.filter((count) => count > 0).length < 2 ? undefined : etaSquared(moments),
      selectivity: all.std.every((std) => std < stillBelow) ? 0 : selectivity(moments),
      correlation: Array.from({ length: channels }, (_, c) => this.#together.correlation(c)),
    };
  }
}

function spread(moments: Moments, label: number, histogram: Histogram): GateSpread {
  const channels = Array.from({ length: moments.channels }, (_, c) => c);
  return {
    images: moments.counts[label]!,
    mean: channels.map((c) => moments.mean(label, c)),
    std: channels.map((c) => moments.deviation(label, c)),
    quantiles: quantileShares.map((share) => channels.map((c) => histogram.quantile(c, share))),
  };
}
