/** Images ready for a network. The buffers are this batch's own: they may be transferred to a worker. */
export interface Batch {
  /** Normalised images [N, C, H, W]; with `views` [N · views, C, H, W], those of an image one after the other. */
  readonly x: Float32Array<ArrayBuffer>;
  /** Labels [N]. */
  readonly y: BigInt64Array<ArrayBuffer>;
  /** The labels [N] of the images mixed in, where images are mixed; the target is mix·y + (1 − mix)·y2. */
  readonly y2?: BigInt64Array<ArrayBuffer>;
  /** The weight of `y` in the target, 0 to 1 [N]; present with `y2`. */
  readonly mix?: Float32Array<ArrayBuffer>;
  /** How often each image is there, where it is seen more than once. */
  readonly views?: number;
  /** Where in the split each image comes from [N]. */
  readonly indices: Uint32Array<ArrayBuffer>;
  /** N: the batch size asked for, or less in the last batch. */
  readonly size: number;
}
