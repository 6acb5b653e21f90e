import { UserError } from "../errors.js";
import type { NamedBytes } from "../files/named-bytes.js";
import { parseIdx } from "./idx.js";
import { checkLabels, type Geometry, type ImageSet } from "./image-set.js";

/** One of the datasets in the layout of MNIST: four IDX files of grey images and labels. */
export interface MnistKind {
  readonly name: string;
  readonly classes: readonly string[];
  /** Whether a mirrored image is still an image of its class. */
  readonly flip: boolean;
}

/** Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998. */
export const mnist: MnistKind = {
  name: "mnist",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  flip: false,
};

/** Source: Xiao et al., "Fashion-MNIST", arXiv:1708.07747, Table 2. */
export const fashionMnist: MnistKind = {
  name: "fashion-mnist",
  classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  flip: true,
};

/**
 * The images of one split and their size.
 * @throws UserError when a file is malformed, the counts differ, there are no images, or a label names no class.
 */
export function parseMnist(images: NamedBytes, labels: NamedBytes, classes: readonly string[]): ImageSet & Geometry {
  const { sizes, values } = parseIdx(images, 3);
  const [length, height, width] = sizes as [number, number, number];
  const named = parseIdx(labels, 1).values;
  if (values.length === 0) {
    throw new UserError(`${images.source}: got no images (${sizes.join(" × ")}); expected at least one`);
  }
  if (named.length !== length) {
    throw new UserError(
      `${labels.source}: got ${named.length} labels for the ${length} images of ${images.source}; expected one label each`,
    );
  }
  checkLabels(named, classes, labels.source);
  return { images: values, labels: named, length, channels: 1, height, width };
}
