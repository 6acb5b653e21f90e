/** How an image becomes what a model takes: its short side resized, its middle cut out, its pixels normalised. */
export interface Preprocessing {
  /** Height of what is cut out, in pixels. */
  readonly height: number;
  /** Width of what is cut out, in pixels. */
  readonly width: number;
  /** Length of the short side before the cut, in pixels. */
  readonly resize: number;
  readonly interpolation: "bilinear" | "bicubic" | "lanczos" | "nearest";
  /** Mean of pixels scaled to 0–1, per channel. */
  readonly mean: readonly number[];
  /** Their standard deviation, per channel. */
  readonly std: readonly number[];
}
