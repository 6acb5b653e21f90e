import type { Pixels } from "../data/augment/pixels.js";

/** The image that `tests/goldens/make-resize.py` makes: noise, or where it is hard bytes of 0 and 255 alone. */
export function noiseImage(width: number, height: number, channels: number, hard: boolean): Pixels {
  let state = 12345;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const byte = state >>> 24;
    return hard ? (byte < 128 ? 0 : 255) : byte;
  });
  return { data, width, height, channels };
}
