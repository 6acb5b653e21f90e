import { type Pixels, withData } from "./pixels.js";

/**
 * Turns the hue of every pixel by `factor` of the colour circle, −0.5 to 0.5; grey images stay.
 * Source: torchvision `adjust_hue` on PIL images: through bytes of hue, saturation and value.
 */
export function adjustHue(image: Pixels, factor: number): Pixels {
  if (image.channels === 1) return image;
  const shift = Math.trunc(factor * 255) & 255;
  const { data } = image;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [h, s, v] = toHsv(data[i]!, data[i + 1]!, data[i + 2]!);
    out.set(toRgb((h + shift) & 255, s, v), i);
  }
  return withData(image, out);
}

const { fround } = Math;

/** Source: PIL's `convert("HSV")`, in the same mixture of single and double precision. */
function toHsv(r: number, g: number, b: number): [h: number, s: number, v: number] {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  if (most === least) return [0, 0, most];
  const range = most - least;
  const [rc, gc, bc] = [fround((most - r) / range), fround((most - g) / range), fround((most - b) / range)];
  const sector = r === most ? fround(bc - gc) : g === most ? fround(2 + rc - bc) : fround(4 + gc - rc);
  const hue = fround((sector / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(fround(range / most) * 255), most];
}

/** Source: PIL's conversion from HSV to RGB. */
function toRgb(h: number, s: number, v: number): [r: number, g: number, b: number] {
  if (s === 0) return [v, v, v];
  const place = (h * 6) / 255;
  const sector = Math.floor(place);
  const f = fround(place - sector);
  const fs = fround(s / 255);
  const p = Math.round(v * (1 - fs));
  const q = Math.round(v * (1 - fs * f));
  const t = Math.round(v * (1 - fs * (1 - f)));
  switch (sector % 6) {
    case 0:
      return [v, t, p];
    case 1:
      return [q, v, p];
    case 2:
      return [p, v, t];
    case 3:
      return [p, q, v];
    case 4:
      return [t, p, v];
    default:
      return [v, p, q];
  }
}
