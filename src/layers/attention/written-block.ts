/**
 * How a block starts so that it scales every map by one power of two, whatever the map: the constants that some of its
 * parameters have at first, by their names inside the block, and how often it halves. Or why there is no such start.
 * The last layer is 0, so that it gets a gradient from the first step: the gate's slope times what the layer reads.
 * Derived in docs/insertion.md.
 */
export type NeutralStart =
  | { readonly constants: Readonly<Record<string, number>>; readonly halvings: number }
  | { readonly none: string };

/** An attention block as it stands in a network. */
export interface WrittenBlock {
  /** The prefix of its parameters' names: `layer1.0.se`. */
  readonly path: string;
  readonly kind: string;
  readonly neutral: NeutralStart;
  /** The map that it weighs, and what it makes of it, by their names. */
  readonly from: string;
  readonly to: string;
}
