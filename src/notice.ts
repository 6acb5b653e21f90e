/**
 * What a user should know though nothing failed. The library gives it to `onNotice` as data; who shows it chooses the
 * words.
 */
export type Notice =
  /** The file has another number of classes: a parameter of the last layer, [classes, …], starts with drawn values. */
  | {
      readonly kind: "renewed";
      readonly parameter: string;
      readonly file: readonly number[];
      readonly network: readonly number[];
    }
  /** These parameters of the last layer start with drawn values, for a dataset of so many classes. */
  | { readonly kind: "renewed-head"; readonly parameters: readonly string[]; readonly classes: number }
  /** First kernels are for images of other channels: summed over them for one, else repeated and scaled. */
  | {
      readonly kind: "channel-kernels";
      readonly parameters: readonly string[];
      readonly from: number;
      readonly to: number;
    }
  /** Tensors of a file that no parameter takes. */
  | { readonly kind: "surplus"; readonly source: string; readonly tensors: readonly string[] }
  /** So many tensors have lost digits. */
  | { readonly kind: "rounded"; readonly tensors: number; readonly from: string; readonly to: string }
  /** So many tensors are written in a type that holds more. */
  | { readonly kind: "widened"; readonly tensors: number; readonly from: string; readonly to: string }
  /** The part of a checkpoint that was taken for the weights, and what lies beside it. */
  | { readonly kind: "entry"; readonly entry: string; readonly beside: readonly string[] }
  /** Values of a checkpoint that are no tensors. */
  | { readonly kind: "no-tensors"; readonly values: readonly string[] }
  /** Classes and functions that a checkpoint names: what they make is left out, and none of them runs. */
  | { readonly kind: "skipped"; readonly names: readonly string[] }
  /** A prefix that every tensor of a file has and no parameter. */
  | { readonly kind: "prefix"; readonly source: string; readonly prefix: string }
  /** Counters, losses, metrics and auxiliary heads of a file, which no parameter takes and nothing needs. */
  | { readonly kind: "aside"; readonly source: string; readonly tensors: readonly string[] }
  /** So many initializers of an `.onnx` file that are no weights. */
  | { readonly kind: "constants"; readonly count: number }
  /** A request failed and is made again after a pause. */
  | { readonly kind: "retry"; readonly address: string; readonly reason: string; readonly seconds: number }
  /** What lies in the place of a file is damaged; it is fetched anew. */
  | { readonly kind: "damaged-file"; readonly path: string; readonly name: string }
  /** The part that an earlier attempt left does not fit; the file is fetched anew. */
  | { readonly kind: "unfit-part"; readonly path: string }
  /** Another process fetches the same file; it is waited for. */
  | { readonly kind: "waiting"; readonly process: number; readonly name: string }
  /** The hub does not answer; the commit that the cache has is taken. */
  | { readonly kind: "from-cache"; readonly reason: string; readonly commit: string; readonly cache: string }
  /** An image that cannot be read was left out. */
  | { readonly kind: "skipped-image"; readonly name: string; readonly reason: string }
  /** So many files beside images were left out, by the endings of their names, the most frequent first. */
  | {
      readonly kind: "left-out-files";
      readonly source: string;
      readonly files: number;
      readonly endings: readonly (readonly [ending: string, files: number])[];
    }
  /** All images are of one class, so that every answer is right. */
  | { readonly kind: "single-class"; readonly source: string; readonly name: string }
  /** Classes that have images of one half alone: they are not tested, or not learnt. */
  | { readonly kind: "one-sided-classes"; readonly without: "training" | "test"; readonly classes: readonly string[] }
  /** Files that stand in more than one row of a table. */
  | {
      readonly kind: "repeated-files";
      readonly source: string;
      readonly files: number;
      /** How many of them have different classes. */
      readonly contradictory: number;
      readonly first: string;
      readonly labels: readonly string[];
    }
  /** An image of 16-bit grey is white all over once it is converted as PIL does it: what is above 255 is white. */
  | { readonly kind: "clipped-image"; readonly name: string }
  /** A checkpoint cannot be read; the one before it is taken. */
  | { readonly kind: "damaged-checkpoint"; readonly path: string; readonly reason: string }
  /** The run goes on with another engine, so that its last bits may differ. `now` and `saved` are JSON, shortened. */
  | { readonly kind: "other-engine"; readonly field: string; readonly now: string; readonly saved: string }
  /**
   * The checkpoint keeps neither names of image files nor a hash of pixels, so that nobody can tell whether they are
   * the same.
   */
  | { readonly kind: "unchecked-images" }
  /** Batch norms were put behind so many convolutions, with statistics of training images. */
  | { readonly kind: "unfolded"; readonly convolutions: number }
  /** Measured times of another machine or engine are used. `made` tells which. */
  | { readonly kind: "foreign-table"; readonly path: string; readonly made: string }
  /** The file has 16-bit weights, the new one 32-bit ones. */
  | { readonly kind: "widened-weights" }
  /**
   * The new file has another opset than the file it was made of: the nearest that we write, or that an operator needs.
   */
  | {
      readonly kind: "other-opset";
      readonly file: number;
      readonly written: number;
      /** Whether an operator needs it. */
      readonly needed: boolean;
      /** The oldest and the newest opset that we write. */
      readonly writable: readonly [number, number];
    }
  /** The model normalises its input by itself, so that photos are fed as they are. `because` says how that is known. */
  | { readonly kind: "normalised-inside"; readonly because: string }
  /** The model takes bytes, and the mean and std that were asked for are not used. */
  | { readonly kind: "bytes-as-they-are"; readonly because: string }
  /**
   * What is trained is what the file's last activation takes; the new file ends in it again. `independent` where each
   * class has a sigmoid of its own, for which a binary cross-entropy is meant.
   */
  | { readonly kind: "trained-before"; readonly ending: string; readonly independent: boolean }
  /** Of a file's outputs one is trained, and `because` says why that; the others are left out of the new file. */
  | {
      readonly kind: "left-outputs";
      readonly output: string;
      readonly because: string;
      readonly left: readonly string[];
    }
  /** Tensors of the file that are taken for its settings and do not learn, each with the reason. */
  | { readonly kind: "held-settings"; readonly settings: readonly (readonly [name: string, reason: string])[] }
  /** Neither the file nor its name says how photos are normalised: the dataset's mean and std are taken. */
  | { readonly kind: "no-card"; readonly mean: readonly number[]; readonly std: readonly number[] }
  /** Parameters that the loss does not depend on: their gradients are zeros. */
  | { readonly kind: "zero-gradients"; readonly parameters: readonly string[] };

/** Who wants to know. */
export type OnNotice = (notice: Notice) => void;
