/**
 * What an operator makes of a map that was multiplied by a power of two, for blocks that halve maps of trained networks
 * (docs/insertion.md): `keeps` asks for the map as it was; `moves` is f(2x) = 2·f(x); `joins` is f(2x, 2y) = 2·f(x, y);
 * `multiplies` is f(2x, y) = f(x, 2y) = 2·f(x, y); `limits` are inputs that double with the first one, f(2x, 2a) =
 * 2·f(x, a).
 */
export type ScalingTrait = "keeps" | "moves" | "joins" | "multiplies" | { readonly limits: readonly number[] };

interface Scales {
  readonly scaling: ScalingTrait;
}

interface Gates {
  /** Whether its results serve as gates: `always`, so that behind a layer it is no activation; `also`; or `never`. */
  readonly gate: "always" | "also" | "never";
}

/** What an operator does, by its kind, with what passes over graphs must know of one beside its kind. */
export interface KindTraits {
  /** Bends a map number by number, as behind a layer. */
  activation: Scales &
    Gates & {
      /** Whether its results are at least 0, as networks use it. */
      readonly positive: boolean;
    };
  /** Other arithmetic number by number: roots, quotients. */
  elementwise: Scales;
  /** Puts several maps of one shape together, number by number: sums, products, the larger one. */
  join: Scales;
  /** Number by number too, but from or to truth values, bits or another type. */
  logic: unknown;
  /** Gives its first input's elements in their order, in another shape or under another name. */
  view: unknown;
  /** Gives its inputs' elements in another order, repeated, or with others between. */
  move: Scales;
  /** Gives parts of its first input. */
  cut: unknown;
  /** Spreads a map over more rows and columns. */
  enlarge: unknown;
  /** Takes the pixels of each channel together, in windows or over the whole map. */
  pool: Scales;
  /** Takes all elements along some axes together. */
  reduce: Scales;
  /** Makes each element from all along an axis: softmax, running sums. */
  along: Scales & Gates;
  /** Subtracts means and divides by deviations, or by norms. */
  norm: unknown;
  /** Mixes channels or pixels with weights. */
  layer: {
    /** Whether its map may have more rows and columns than it was given. */
    readonly enlarges: boolean;
    /** The input that is added to what the weights, input 1, make of input 0. */
    readonly bias: 2 | undefined;
  };
  /** Says where elements are, or takes and puts them by such numbers. */
  index: unknown;
  /** Makes numbers from shapes, or tensors of a shape. */
  shape: unknown;
  /** Draws random numbers while training, and gives its input on otherwise. */
  random: unknown;
  /** Computes a part of another operator's gradient. */
  gradient: unknown;
  /** What one engine runs, never in a file that leaves it. */
  engine: unknown;
}

/** The kind of an operator; see {@link KindTraits}. */
export type OpKind = keyof KindTraits;

/** The kind of one operator, and what passes must know of it. */
export type Kinded = { [K in OpKind]: { readonly kind: K } & KindTraits[K] }[OpKind];
