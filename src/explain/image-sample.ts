import { Random } from "../random.js";

/** An image that was kept, with some gates of each block. */
export interface SampledImage {
  /** Its place among the images. */
  readonly index: number;
  readonly label: number;
  /** For each block the gates of at most 64 channels, evenly spread. */
  readonly gates: readonly Float32Array[];
}

/** Channels of a block that are kept at most. */
const mostChannels = 64;

/** The channels that are kept of a block, evenly spread. */
export function sampledChannels(channels: number): number[] {
  const count = Math.min(channels, mostChannels);
  return Array.from({ length: count }, (_, i) => Math.floor((i * channels) / count));
}

/**
 * Keeps a bounded number of images, chosen at random by their place alone: so the sample is the same however the images
 * were divided and in which order they came.
 */
export class ImageSample {
  readonly #most: number;
  /** No key above it can be among the least. */
  #bound: number;
  #kept: { readonly key: number; readonly image: SampledImage }[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#bound = most === 0 ? -1 : Number.POSITIVE_INFINITY;
  }

  /** @param image makes what is kept, if it may be. */
  add(index: number, image: () => SampledImage): void {
    const key = new Random(0, "sample", index).uint32();
    if (key > this.#bound) return;
    this.#kept.push({ key, image: image() });
    if (this.#kept.length >= 2 * this.#most) this.#cut();
  }

  merge(other: ImageSample): void {
    this.#kept.push(...other.#kept);
    this.#cut();
  }

  /** The images that were kept, by their place. */
  read(): SampledImage[] {
    this.#cut();
    return this.#kept.map(({ image }) => image).sort((a, b) => a.index - b.index);
  }

  #cut(): void {
    this.#kept.sort((a, b) => a.key - b.key || a.image.index - b.image.index);
    if (this.#kept.length < this.#most || this.#most === 0) return;
    this.#kept.length = this.#most;
    this.#bound = this.#kept[this.#most - 1]!.key;
  }
}
