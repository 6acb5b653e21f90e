import type { Statistics } from "./image-set.js";

/** Of ImageNet's training images, pixels from 0 to 1 in red, green and blue, by torchvision. */
export const imageNetStatistics = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const satisfies Statistics;
