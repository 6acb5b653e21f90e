import sharp from "sharp";

/** Width and height of an image in pixels. */
export const size = 32;

/** Levels of every channel, 17 apart: few enough for the files to compress well. */
const levels = 16;

/** How much darker than the background a letter is at least, from 0 to 1. */
const contrast = 0.4;

/** Most pixels between the middle of a letter and the middle of its image, across and down. */
const shift = 2;

/**
 * Draws one letter, slightly turned, slanted, scaled and moved, in random colours.
 * @param {import("opentype.js").Font} font
 * @param {string} letter
 * @param {import("./random.mjs").Random} random
 * @returns {Promise<Uint8Array>} the red, green and blue planes [3, 32, 32].
 */
export async function drawLetter(font, letter, random) {
  const [ink, ...paper] = drawColors(random);
  const path = placeLetter(font, letter, random).toPathData(3);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
    ${random.pick(backgrounds)(paper.map(css), random)}<path d="${path}" fill="${css(ink)}"/></svg>`;
  const rgb = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  return toPlanes(rgb);
}

/** The outline of a letter after a random affine map; all of it lies inside the image. */
function placeLetter(font, letter, random) {
  const path = font.getPath(letter, 0, 0, size);
  const angle = (random.between(-15, 15) * Math.PI) / 180;
  const shear = random.between(-0.2, 0.2);
  const stretch = random.between(0.85, 1.15);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  mapPoints(path, (x, y) => {
    const slanted = stretch * (x + shear * y);
    return [cos * slanted - sin * y, sin * slanted + cos * y];
  });
  const { x1, y1, x2, y2 } = path.getBoundingBox();
  const [width, height] = [x2 - x1, y2 - y1];
  const scale = (random.between(0.65, 0.95) * size) / Math.max(width, height);
  const [left, top] = [width, height].map((length) => {
    const margin = (size - scale * length) / 2;
    return margin + random.between(-1, 1) * Math.min(margin, shift);
  });
  mapPoints(path, (x, y) => [left + scale * (x - x1), top + scale * (y - y1)]);
  return path;
}

function mapPoints(path, map) {
  for (const command of path.commands) {
    for (const end of ["", "1", "2"]) {
      if (`x${end}` in command) {
        [command[`x${end}`], command[`y${end}`]] = map(command[`x${end}`], command[`y${end}`]);
      }
    }
  }
}

const plain = ([color]) => sheet(color);

const gradient = ([from, to], random) => `
  <linearGradient id="g" gradientTransform="rotate(${90 * random.below(4)} 0.5 0.5)"><stop stop-color="${from}"/>
  <stop offset="1" stop-color="${to}"/></linearGradient>${sheet("url(#g)")}`;

// One dashed line as broad as the image: every dash is a stripe.
const stripes = ([below, above], random) => `${sheet(below)}
  <path d="M-16 16h64" transform="rotate(${random.below(180)} 16 16)" stroke="${above}" stroke-width="64"
  stroke-dasharray="${random.between(3, 8)}" shape-rendering="crispEdges"/>`;

const spots = ([below, above], random) => {
  const spot = () => `<circle cx="${random.between(0, size)}" cy="${random.between(0, size)}"
    r="${random.between(2, 8)}" fill="${above}" shape-rendering="crispEdges"/>`;
  return sheet(below) + Array.from({ length: 4 }, spot).join("");
};

/** What lies behind the letter, as SVG of two colours; three in four have no pattern. */
const backgrounds = [plain, plain, plain, gradient, gradient, gradient, stripes, spots];

function sheet(fill) {
  return `<rect width="${size}" height="${size}" fill="${fill}"/>`;
}

function randomColor(random) {
  return [0, 1, 2].map(() => random.below(levels) / (levels - 1));
}

/** A dark colour for the letter and two light ones for what lies behind it. */
function drawColors(random) {
  for (;;) {
    const [ink, ...paper] = [0, 1, 2].map(() => randomColor(random));
    if (paper.every((color) => luma(color) - luma(ink) >= contrast)) return [ink, ...paper];
  }
}

/** Source: ITU-R BT.601. */
function luma([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function css(color) {
  return `rgb(${color.map((value) => Math.round(255 * value))})`;
}

/** Separates the channels and rounds them to {@link levels}. */
function toPlanes(rgb) {
  const planes = new Uint8Array(3 * size * size);
  for (let i = 0; i < rgb.length; i++) {
    const level = Math.round((rgb[i] / 255) * (levels - 1));
    planes[(i % 3) * size * size + Math.floor(i / 3)] = (255 / (levels - 1)) * level;
  }
  return planes;
}
