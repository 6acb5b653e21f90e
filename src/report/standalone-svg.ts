import type { Html } from "./markup.js";
import { pageStyle } from "./page-style.js";

/** The light colours of the page by name. */
const colours = new Map(
  [...pageStyle.slice(0, pageStyle.indexOf("@media")).matchAll(/(--[\w-]+): (#\w+)/g)].map(([, name, value]) => [
    name!,
    value!,
  ]),
);

/** A chart of a page as an SVG file that stands by itself, on white, in the page's light colours. */
export function standaloneSvg({ text }: Html): string {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(text)!;
  return text
    .replace(
      /^<svg class="chart"/,
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif"`,
    )
    .replace(/>/, `><rect width="${width}" height="${height}" fill="#ffffff"/>`)
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => colours.get(name) ?? "#000000")
    .replace(/font-family:inherit/g, "font-family:sans-serif");
}
