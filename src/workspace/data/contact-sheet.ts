import sharp from "sharp";
import type { Extent } from "../../data/augment/window.js";
import type { Dataset } from "../../data/dataset.js";
import { optionError } from "../../errors.js";
import { checkFits } from "../../files/node/machine.js";
import { replaceFile } from "../../files/node/replace-file.js";

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
 * @example
 * ```ts
 * import { stat } from "node:fs/promises";
 * import { openDataset, writeSheet } from "senet/node";
 *
 * await writeSheet(await openDataset("glyphs", { trainLimit: 64 }), "sheet.png", true);
 * console.log((await stat("sheet.png")).isFile()); // true
 * ```
 */
export async function writeSheet(dataset: Dataset, path: string, augmented: boolean): Promise<void> {
  const { height, width, train, test, classes } = dataset;
  const split = train.length > 0 ? train : test;
  const batch = Math.min(side * side, split.length);
  const layout = layoutOf(dataset, batch);
  const pixels = batch * (dataset.channels + 1) * height * width + layout.sheet.width * layout.sheet.height;
  checkFits(4 * pixels, () => `sheets of images of ${height}x${width}`, ["size"]);
  const augment = augmented ? dataset.augment : undefined;
  const batches = split.batches({ batch, shuffle: true, seed: 1, epoch: 1, statistics: dataset, augment });
  const { value } = await batches.next();
  await batches.return();
  const images = layout.places.map(async (place, n) => {
    const image = sharp(pixelsOf(value!.x, n, dataset), { raw: { width, height, channels: 3 } });
    const enlarged = image.resize(layout.width, layout.height, { kernel: "nearest" });
    return { input: await enlarged.png().toBuffer(), ...place };
  });
  const names = Array.from(value!.y, (y) => classes[Number(y)]!);
  await sharp({ create: { ...layout.sheet, channels: 3, background: "#fff" } })
    .composite([...(await Promise.all(images)), { input: drawNames(names, layout), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer()
    .then((png) => replaceFile(path, [png]))
    .catch((error: Error) => {
      throw optionError("sheet", `got ${path}, which cannot be written (${error.message}); give another file`);
    });
}

/** How large images and sheet are, and where the images go. */
function layoutOf({ height, width }: Extent, images: number) {
  const scale = Math.ceil(leastWidth / width);
  const image = { width: width * scale, height: height * scale };
  const [right, down] = [image.width + gap, image.height + label.height + gap];
  const across = Math.min(side, images);
  const sheet = { width: gap + across * right, height: gap + Math.ceil(images / across) * down };
  const places = Array.from({ length: images }, (_, n) => ({
    left: gap + (n % across) * right,
    top: gap + Math.floor(n / across) * down,
  }));
  return { ...image, sheet, places };
}

function drawNames(names: readonly string[], { width, height, sheet, places }: ReturnType<typeof layoutOf>): Buffer {
  const texts = names.map((name, n) => {
    const { left, top } = places[n]!;
    // An inner svg clips what is wider than expected.
    const room = `x="${left}" y="${top + height}" width="${width}" height="${label.height}"`;
    return `<svg ${room}><text y="${label.fontSize + 2}">${escaped(shortened(name, width))}</text></svg>`;
  });
  const style = `font-family="sans-serif" font-size="${label.fontSize}" fill="#222"`;
  const size = `width="${sheet.width}" height="${sheet.height}"`;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>${texts.join("")}</svg>`);
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
    room -= label.fontSize * (/[\u1100-\uffff]|\p{Emoji_Presentation}/u.test(letter) ? 1 : 0.62);
    if (room < 0) {
      return `${letters
        .slice(0, Math.max(1, i - 1))
        .join("")
        .trimEnd()}…`;
    }
  }
  return name;
}

/** A name as XML can hold it. */
function escaped(name: string): string {
  return name.replace(/[\p{Cc}\p{Cn}\p{Cs}]/gu, " ").replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
