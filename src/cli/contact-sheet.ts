import sharp from "sharp";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";

/** Images across and down. */
const side = 8;

/** Writes up to 64 training images, drawn at random, to a PNG; `augmented` as a network sees them in training. */
export async function writeSheet(dataset: Dataset, path: string, augmented: boolean): Promise<void> {
  const { channels, height, width, train, test } = dataset;
  const split = train.length > 0 ? train : test;
  // With these, the pixels of a batch are bytes again.
  const statistics = { mean: new Array(channels).fill(0), std: new Array(channels).fill(1 / 255) };
  const batch = Math.min(side * side, split.length);
  const augment = augmented ? dataset.augment : undefined;
  const batches = split.batches({ batch, shuffle: true, seed: 1, epoch: 1, statistics, augment });
  const { value } = await batches.next();
  await batches.return();
  const [across, plane] = [Math.min(side, batch), height * width];
  const rows = Math.ceil(batch / across);
  const row = across * width;
  const sheet = new Uint8Array(rows * height * row * 3);
  for (let n = 0; n < batch; n++) {
    const corner = Math.floor(n / across) * height * row + (n % across) * width;
    for (let i = 0; i < plane; i++) {
      const to = (corner + Math.floor(i / width) * row + (i % width)) * 3;
      for (let c = 0; c < 3; c++) sheet[to + c] = Math.round(value!.x[(n * channels + (c % channels)) * plane + i]!);
    }
  }
  await sharp(sheet, { raw: { width: row, height: rows * height, channels: 3 } })
    .png()
    .toFile(path)
    .catch((error: Error) => {
      throw new UserError(`--sheet: got ${path}, which cannot be written (${error.message}); give another file`);
    });
}
