import { readFileSync } from "node:fs";
import opentype from "opentype.js";

const scope = "@fontsource";

/**
 * The typefaces by style, each the name of a package in the scope of {@link scope}. No two belong to one design
 * (no Roboto beside Roboto Slab), so that no typeface for testing has a sibling in training.
 */
const styles = {
  serif: `alegreya cardo cormorant-garamond crimson-text domine eb-garamond gelasio libre-baskerville lora merriweather
    neuton old-standard-tt playfair-display pt-serif spectral vollkorn`,
  sans: `barlow cabin dosis exo-2 fira-sans inter josefin-sans karla lato montserrat nunito open-sans oswald poppins
    quicksand raleway roboto titillium-web ubuntu work-sans`,
  slab: "alfa-slab-one arvo bitter crete-round glegoo kreon rokkitt zilla-slab",
  mono: "anonymous-pro courier-prime ibm-plex-mono inconsolata share-tech-mono source-code-pro space-mono vt323",
  display: `abril-fatface bangers bebas-neue comfortaa limelight lobster orbitron passion-one poiret-one press-start-2p
    righteous special-elite`,
  handwriting: "amatic-sc caveat dancing-script indie-flower kalam pacifico patrick-hand permanent-marker",
};

/** The classes, in order. */
export const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** Each letter in both cases. */
export const characters = letters.flatMap((letter) => [letter, letter.toUpperCase()]);

/**
 * Every typeface with what its package says of it; the fourth of every four of a style is for testing.
 * @returns {{ name: string, package: string, version: string, license: string, copyright: string,
 *   split: "train" | "test", fonts: opentype.Font[] }[]} `fonts` are regular, and bold where the typeface has it.
 */
export function readFamilies() {
  return Object.values(styles).flatMap((names) =>
    names.split(/\s+/).map((name, n) => readFamily(name, n % 4 === 3 ? "test" : "train")),
  );
}

function readFamily(id, split) {
  const read = (file) => readFileSync(new URL(`node_modules/${scope}/${id}/${file}`, import.meta.url));
  const { version } = JSON.parse(read("package.json"));
  const { family, weights, license } = JSON.parse(read("metadata.json"));
  const fonts = [400, 700]
    .filter((weight) => weights.includes(weight))
    .map((weight) => opentype.parse(arrayBuffer(read(`files/${id}-latin-${weight}-normal.woff`))));
  for (const font of fonts) requireLetters(font, id);
  // The line goes on with those of the italic and the other weights, each after the name of its file.
  const copyright = license.attribution.replace(/ \S+\.ttf: .*/s, "");
  return { name: family, package: `${scope}/${id}`, version, license: license.type, copyright, split, fonts };
}

function arrayBuffer({ buffer, byteOffset, byteLength }) {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

function requireLetters(font, id) {
  const missing = characters.filter(
    (character) => !font.hasChar(character) || font.charToGlyph(character).path.commands.length === 0,
  );
  if (missing.length > 0) throw new Error(`readFamily: ${id} has no "${missing.join("")}"; choose another typeface`);
}
