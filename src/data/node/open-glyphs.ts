import { fileURLToPath } from "node:url";
import { readBytes } from "../../files/node/read-bytes.js";
import type { Limits, MemoryDataset } from "../dataset.js";
import { GlyphsManifest, parseGlyphs } from "../glyphs.js";

/** The folder of the dataset that comes with this package, seen from this file's place in dist/data/node. */
const folder = new URL("../../../assets/glyphs/", import.meta.url);

/** Opens the dataset that comes with this package; needs neither network nor other files. */
export async function openGlyphs(limits: Limits): Promise<MemoryDataset> {
  const read = (file: string) => readBytes(fileURLToPath(new URL(file, folder)));
  const manifest = GlyphsManifest.parse(JSON.parse(new TextDecoder().decode((await read("dataset.json")).bytes)));
  return parseGlyphs(manifest, await read(manifest.train.file), await read(manifest.test.file), limits);
}
