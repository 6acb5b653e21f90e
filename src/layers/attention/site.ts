/** What a network, not its user, says about a block that stands in it. */
export interface Site {
  /** The channels that a reduction divides, where they are not those of the map. */
  readonly base?: number;
  /** The names of an SE block's two dense layers. */
  readonly names?: readonly [reduce: string, expand: string];
  /** Of a convolution that the block stands for: its outputs, stride and groups. */
  readonly channels?: number;
  readonly stride?: number;
  readonly group?: number;
}
