import { signal } from "@preact/signals";

/** What a block's gate is replaced by: nothing, its mean over images, or 1, which lets all pass. */
export type SwitchedTo = "own" | "mean" | "one";

/** Which gates of a model are replaced. */
export class Switching {
  /** By block; a block that is not here keeps its own. */
  readonly chosen = signal<Readonly<Record<string, "mean" | "one">>>({});
  /** The mean gates of each block, as far as they are known. */
  means: Readonly<Record<string, readonly number[]>> = {};

  choose(site: string, to: SwitchedTo): void {
    const { [site]: _, ...others } = this.chosen.value;
    this.chosen.value = to === "own" ? others : { ...others, [site]: to };
  }

  /** What stands in for the gates of each replaced block: one number for all channels, or one for each. */
  values(): Record<string, number | readonly number[]> {
    return Object.fromEntries(
      Object.entries(this.chosen.value).map(([site, to]) => [site, to === "one" ? 1 : (this.means[site] ?? 1)]),
    );
  }
}
