import { type Pixels, withData } from "./pixels.js";

// Each of these maps every byte by a table, as PIL's ImageOps does, exactly.

/**
 * Stretches each channel so that its darkest byte becomes 0 and its lightest 255.
 * Source: PIL `ImageOps.autocontrast`.
 */
export function autoContrast(image: Pixels): Pixels {
  return byChannel(image, (counts) => {
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    if (high <= low) return identity;
    const scale = 255 / (high - low);
    const offset = -low * scale;
    return (byte) => Math.trunc(byte * scale + offset);
  });
}

/** Spreads the bytes of each channel so that all are about equally frequent. Source: PIL `ImageOps.equalize`. */
export function equalize(image: Pixels): Pixels {
  return byChannel(image, (counts) => {
    const present = counts.filter((count) => count > 0);
    const pixels = present.reduce((sum, count) => sum + count, 0);
    const step = Math.floor((pixels - (present.at(-1) ?? 0)) / 255);
    if (present.length <= 1 || step === 0) return identity;
    let below = Math.floor(step / 2);
    const table = Array.from(counts, (count) => {
      const level = Math.floor(below / step);
      below += count;
      return level;
    });
    return (byte) => table[byte]!;
  });
}

/** The negative. Source: PIL `ImageOps.invert`. */
export function invert(image: Pixels): Pixels {
  return byTable(image, (byte) => 255 - byte);
}

/** Keeps the highest `bits` bits of each byte, 0 to 8. Source: PIL `ImageOps.posterize`. */
export function posterize(image: Pixels, bits: number): Pixels {
  return byTable(image, (byte) => byte & ~(2 ** (8 - bits) - 1));
}

/** Inverts the bytes from `threshold` on. Source: PIL `ImageOps.solarize`. */
export function solarize(image: Pixels, threshold: number): Pixels {
  return byTable(image, (byte) => (byte < threshold ? byte : 255 - byte));
}

/** Adds `amount` to the bytes below 128. Source: timm `solarize_add`. */
export function solarizeAdd(image: Pixels, amount: number): Pixels {
  return byTable(image, (byte) => (byte < 128 ? byte + amount : byte));
}

const identity = (byte: number): number => byte;

/** Maps all bytes alike. */
function byTable(image: Pixels, map: (byte: number) => number): Pixels {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, byte) => map(byte));
  return withData(
    image,
    Uint8Array.from(image.data, (byte) => table[byte]!),
  );
}

/** Maps the bytes of each channel by what their counts say. */
function byChannel(image: Pixels, mapOf: (counts: Uint32Array) => (byte: number) => number): Pixels {
  const { data, channels } = image;
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const counts = new Uint32Array(256);
    for (let i = c; i < data.length; i += channels) counts[data[i]!]!++;
    const map = mapOf(counts);
    const table = Uint8ClampedArray.from({ length: 256 }, (_, byte) => map(byte));
    for (let i = c; i < data.length; i += channels) out[i] = table[data[i]!]!;
  }
  return withData(image, out);
}
