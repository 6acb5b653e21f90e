import * as z from "zod/mini";
import { UserError } from "../errors.js";
import type { NamedBytes } from "../files/named-bytes.js";
import { parseCifar } from "./cifar.js";
import { defineDataset, type Limits, type MemoryDataset } from "./dataset.js";
import type { ImageSet } from "./image-set.js";

const split = z.object({ file: z.string(), count: z.int().check(z.positive()), sha256: z.string() });

/** What `assets/glyphs/dataset.json` says of the dataset that comes with this package. */
export const GlyphsManifest = z.object({
  classes: z.array(z.string()).check(z.minLength(1), z.maxLength(256)),
  shape: z.tuple([z.literal(3), z.literal(32), z.literal(32)]),
  train: split,
  test: split,
});
export type GlyphsManifest = z.infer<typeof GlyphsManifest>;

/**
 * The dataset that comes with this package: small colour pictures of glyphs, in CIFAR-10's records.
 * @param train uncompressed records, and `test` alike.
 * @throws UserError when the records are malformed or not as many as the manifest says.
 */
export function parseGlyphs(
  manifest: GlyphsManifest,
  train: NamedBytes,
  test: NamedBytes,
  limits: Limits = {},
): MemoryDataset {
  const { classes } = manifest;
  return defineDataset(
    {
      name: "glyphs",
      classes,
      channels: 3,
      height: 32,
      width: 32,
      train: parseSplit(train, classes, manifest.train.count),
      test: parseSplit(test, classes, manifest.test.count),
      augment: { flip: false, pad: 2 },
    },
    limits,
  );
}

function parseSplit(records: NamedBytes, classes: readonly string[], count: number): ImageSet {
  const set = parseCifar([records], { labelBytes: 1, classes });
  if (set.length === count) return set;
  throw new UserError(`${records.source}: got ${set.length} images; expected ${count}; install the package again`);
}
