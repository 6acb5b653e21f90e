import type { Pixels } from "../augment/pixels.js";
import type { Resampling } from "../augment/resampling.js";
import type { CropWindow, Extent } from "../augment/window.js";
import type { CentreCrop } from "../centre-crop.js";

/** What of an image is wanted: a window of it resized, as in training, or the middle of the resized whole. */
export type Framing =
  | { readonly kind: "window"; readonly window: CropWindow }
  | { readonly kind: "crop"; readonly crop: CentreCrop; readonly interpolation: Resampling };

/**
 * Decodes an image and frames it.
 * @param frame what is wanted of an image of the given size.
 * @throws Error when it is no image, or cut short.
 */
export type Decode = (channels: number, size: Extent, frame: (extent: Extent) => Framing) => Promise<Pixels>;
