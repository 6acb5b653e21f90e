import sharp from "sharp";
import { size } from "./draw.mjs";
import { letters } from "./families.mjs";

/** Images of each letter on the sheet. */
const rows = { train: 12, test: 4 };
const gap = 2;

/** A PNG with one column per letter: images for training above, for testing below a wider gap. */
export async function contactSheet(train, test) {
  const step = size + gap;
  const width = letters.length * step - gap;
  const height = (rows.train + rows.test) * step + 2 * gap;
  const sheet = Buffer.alloc(width * height * 3, 255);
  const place = (planes, left, top) => {
    for (let i = 0; i < planes.length; i++) {
      const [x, y, channel] = [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)];
      sheet[3 * ((top + y) * width + left + x) + channel] = planes[i];
    }
  };
  for (let label = 0; label < letters.length; label++) {
    const first = (images, count) => images.filter((image) => image.label === label).slice(0, count);
    const column = [...first(train, rows.train), ...first(test, rows.test)];
    for (const [row, { planes }] of column.entries()) {
      place(planes, label * step, row * step + (row < rows.train ? 0 : 3 * gap));
    }
  }
  return sharp(sheet, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Names the licence and the copyright of every typeface, as Markdown. */
export function licenseNotes(families) {
  const lines = families.map(
    ({ name, package: id, version, license, copyright }) =>
      `- **${name}**, ${license}, from \`${id}\` ${version}: \`${copyright}\``,
  );
  return `# Typefaces of the glyphs dataset

The images in this folder are bitmaps of single letters, drawn from the typefaces below. The folder holds no font file
and no outline, and nothing here is a font or derived font, so no Reserved Font Name is used for one; the names below
only tell where the letters come from. The rights to the typefaces stay with their authors.

Licences: [OFL-1.1](https://openfontlicense.org), [Apache-2.0](https://www.apache.org/licenses/LICENSE-2.0),
[UFL-1.0](https://ubuntu.com/legal/font-licence). Each line below gives the typeface, its licence, the npm package it
was read from, which holds the licence's full text, and the copyright as that package states it.

${lines.join("\n")}
`;
}
