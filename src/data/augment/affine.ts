import { type Pixels, withData } from "./pixels.js";

/** How a value between pixels is taken. */
export type Interpolation = "bilinear" | "bicubic";

/** Where an output pixel (x, y) comes from: (a·x + b·y + c, d·x + e·y + f), counted from the corners of pixels. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** How the geometric operations fill in. */
export interface AffineOptions {
  readonly interpolation: Interpolation;
  /** The byte of each channel for what comes from outside the image. */
  readonly fill: readonly number[];
}

/** Moves every row sideways by `factor` of its height. Source: timm `shear_x`. */
export function shearX(image: Pixels, factor: number, options: AffineOptions): Pixels {
  return affine(image, [1, factor, 0, 0, 1, 0], options);
}

/** Moves every column up by `factor` of its place. Source: timm `shear_y`. */
export function shearY(image: Pixels, factor: number, options: AffineOptions): Pixels {
  return affine(image, [1, 0, 0, factor, 1, 0], options);
}

/** Moves the image to the left by a fraction of its width. Source: timm `translate_x_rel`. */
export function translateX(image: Pixels, fraction: number, options: AffineOptions): Pixels {
  return affine(image, [1, 0, fraction * image.width, 0, 1, 0], options);
}

/** Moves the image up by a fraction of its height. Source: timm `translate_y_rel`. */
export function translateY(image: Pixels, fraction: number, options: AffineOptions): Pixels {
  return affine(image, [1, 0, 0, 0, 1, fraction * image.height], options);
}

/** Turns the image about its centre, counter-clockwise, by `degrees`. Source: PIL `Image.rotate`. */
export function rotate(image: Pixels, degrees: number, options: AffineOptions): Pixels {
  const angle = ((degrees % 360) + 360) % 360;
  if (angle === 0) return image;
  const radians = (-angle * Math.PI) / 180;
  const [cos, sin] = [rounded(Math.cos(radians)), rounded(Math.sin(radians))];
  const [x, y] = [image.width / 2, image.height / 2];
  return affine(image, [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y], options);
}

/** To 15 digits after the point, as PIL rounds, so that a quarter turn has no rest. */
function rounded(value: number): number {
  return Math.round(value * 1e15) / 1e15;
}

/** Source: PIL `Image.transform(AFFINE)` with a fill colour, whose sampling this follows to the rounding. */
export function affine(image: Pixels, [a, b, c, d, e, f]: Matrix, { interpolation, fill }: AffineOptions): Pixels {
  const { height, width, channels } = image;
  const out = new Uint8Array(image.data.length);
  const sample = interpolation === "bilinear" ? bilinear : bicubic;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) {
        for (let k = 0; k < channels; k++) out[to + k] = fill[k]!;
      } else sample(image, fromX - 0.5, fromY - 0.5, out, to);
    }
  }
  return withData(image, out);
}

function clamp(value: number, size: number): number {
  return value < 0 ? 0 : value < size ? value : size - 1;
}

function bilinear({ data, height, width, channels }: Pixels, x: number, y: number, out: Uint8Array, to: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - left, y - top];
  const [x0, x1] = [clamp(left, width) * channels, clamp(left + 1, width) * channels];
  const row0 = clamp(top, height) * width * channels;
  const row1 = clamp(top + 1, height) * width * channels;
  for (let k = 0; k < channels; k++) {
    const above = data[row0 + x0 + k]! + (data[row0 + x1 + k]! - data[row0 + x0 + k]!) * dx;
    const below = data[row1 + x0 + k]! + (data[row1 + x1 + k]! - data[row1 + x0 + k]!) * dx;
    out[to + k] = above + (below - above) * dy;
  }
}

function bicubic({ data, height, width, channels }: Pixels, x: number, y: number, out: Uint8Array, to: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const columns = [-1, 0, 1, 2].map((i) => clamp(left + i, width) * channels);
  const rows = [-1, 0, 1, 2].map((i) => clamp(top + i, height) * width * channels);
  for (let k = 0; k < channels; k++) {
    const [v0, v1, v2, v3] = rows.map((row) => {
      const [p0, p1, p2, p3] = columns.map((column) => data[row + column + k]!);
      return cubic(p0!, p1!, p2!, p3!, x - left);
    });
    const value = cubic(v0!, v1!, v2!, v3!, y - top);
    out[to + k] = value <= 0 ? 0 : value >= 255 ? 255 : value;
  }
}

/** The cubic through v1 (at d = 0) and v2 (at d = 1) that PIL uses: a = −1. */
function cubic(v0: number, v1: number, v2: number, v3: number, d: number): number {
  return v1 + d * (v2 - v0 + d * (2 * (v0 - v1) + v2 - v3 + d * (-v0 + v1 - v2 + v3)));
}
