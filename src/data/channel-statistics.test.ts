import { describe, expect, it } from "vitest";
import { channelStatistics } from "./channel-statistics.js";

describe("channelStatistics", () => {
  // Two images of two channels of 1 × 2. Channel 0 holds 0, 255, 0, 255; channel 1 holds 51, 51, 102, 102.
  const bytes = Uint8Array.of(0, 255, 51, 51, 0, 255, 102, 102);

  it.each([
    ["bytes", bytes, 12],
    ["numbers", Float32Array.from(bytes, (byte) => byte / 255), 7],
  ] as const)("measures mean and standard deviation of each channel over all images: %s", (_, images, digits) => {
    const { mean, std } = channelStatistics(images, { channels: 2, height: 1, width: 2 });
    expect(mean[0]).toBeCloseTo(0.5, digits);
    expect(std[0]).toBeCloseTo(0.5, digits);
    expect(mean[1]).toBeCloseTo(0.3, digits);
    expect(std[1]).toBeCloseTo(0.1, digits);
  });
});
