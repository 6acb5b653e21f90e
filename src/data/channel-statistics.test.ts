import { expect, it } from "vitest";
import { channelStatistics } from "./channel-statistics.js";

it("measures mean and standard deviation of each channel over all images", () => {
  // Two images of two channels of 1 × 2. Channel 0 holds 0, 255, 0, 255; channel 1 holds 51, 51, 102, 102.
  const images = Uint8Array.of(0, 255, 51, 51, 0, 255, 102, 102);
  const { mean, std } = channelStatistics(images, { channels: 2, height: 1, width: 2 });
  expect(mean[0]).toBeCloseTo(0.5, 12);
  expect(std[0]).toBeCloseTo(0.5, 12);
  expect(mean[1]).toBeCloseTo(0.3, 12);
  expect(std[1]).toBeCloseTo(0.1, 12);
});
