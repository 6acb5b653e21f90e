import sharp from "sharp";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";

/** Images across and down. */
const side = 8;

/** The least width of an image on the sheet, so that there is room for its name below: smaller ones are enlarged. */
const leastWidth = 112;

/** Below every image. */
const label = { height: 20, fontSize: 12 };

/** Pixels between images. */
const gap = 4;

/**
 * Writes up to 64 training images, drawn at random, to a PNG, each with the name of its class; `augmented` as a network
 * sees them in training.
 */
export async function writeSheet(dataset: Dataset, path: string, augmented: boolean): Promise<void> {
  const { height, width, train, test, classes } = dataset;
  const split = train.length > 0 ? train : test;
  const batch = Math.min(side * side, split.length);
  const augment = augmented ? dataset.augment : undefined;
  const batches = split.batches({ batch, shuffle: true, seed: 1, epoch: 1, statistics: dataset, augment });
  const { value } = await batches.next();
  await batches.return();
  const scale = Math.ceil(leastWidth / width);
  const cell = { width: width * scale + gap, height: height * scale + label.height + gap };
  const across = Math.min(side, batch);
  const at = (n: number) => ({
    left: gap + (n % across) * cell.width,
    top: gap + Math.floor(n / across) * cell.height,
  });
  const size = { width: gap + across * cell.width, height: gap + Math.ceil(batch / across) * cell.height };
  const images = Array.from({ length: batch }, async (_, n) => {
    const raw = { width, height, channels: 3 } as const;
    const enlarged = sharp(pixelsOf(value!.x, n, dataset), { raw }).resize(width * scale, height * scale, {
      kernel: "nearest",
    });
    return { input: await enlarged.png().toBuffer(), ...at(n) };
  });
  const names = Array.from({ length: batch }, (_, n) => {
    const { left, top } = at(n);
    const text = shortened(classes[Number(value!.y[n])]!, cell.width - gap);
    return `<text x="${left}" y="${top + height * scale + label.fontSize + 2}">${escaped(text)}</text>`;
  });
  const style = `font-family="sans-serif" font-size="${label.fontSize}" fill="#222"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ${style}>${names.join("")}</svg>`;
  await sharp({ create: { ...size, channels: 3, background: "#fff" } })
    .composite([...(await Promise.all(images)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toFile(path)
    .catch((error: Error) => {
      throw new UserError(`--sheet: got ${path}, which cannot be written (${error.message}); give another file`);
    });
}

/** The bytes [H, W, 3] of an image of a batch, normalised by the dataset's own mean and std. */
function pixelsOf(x: Float32Array, n: number, { channels, height, width, mean, std }: Dataset): Uint8ClampedArray {
  const plane = height * width;
  const pixels = new Uint8ClampedArray(plane * 3); // which rounds
  for (let to = 0; to < pixels.length; to++) {
    const channel = (to % 3) % channels;
    const value = x[(n * channels + channel) * plane + Math.floor(to / 3)]!;
    pixels[to] = (value * std[channel]! + mean[channel]!) * 255;
  }
  return pixels;
}

/** As much of a name as fits into a width in pixels, by the usual widths of letters. */
function shortened(name: string, width: number): string {
  const letters = [...name];
  let room = width;
  for (const [i, letter] of letters.entries()) {
    room -= label.fontSize * (/[\u1100-\uffff]|\p{Emoji_Presentation}/u.test(letter) ? 1 : 0.58);
    if (room < 0)
      return `${letters
        .slice(0, Math.max(1, i - 1))
        .join("")
        .trimEnd()}…`;
  }
  return name;
}

/** A name as XML can hold it. */
function escaped(name: string): string {
  return name.replace(/[\p{Cc}\p{Cn}\p{Cs}]/gu, " ").replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
