import { CustomChart, type CustomSeriesOption, LineChart, type LineSeriesOption } from "echarts/charts";
import { GridComponent, type GridComponentOption } from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type Html, html, trustedHtml } from "../markup.js";

use([CustomChart, LineChart, GridComponent, SVGRenderer]);

/** What our charts are made of. Colours are CSS variables of the page, so that charts follow light and dark. */
export type ChartOption = ComposeOption<CustomSeriesOption | LineSeriesOption | GridComponentOption>;

/** Size of the drawing in its own units, and what it shows, for those who cannot see it. */
export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly label: string;
}

/** Colours by role; `model(0)` is the baseline's. */
export const colour = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  rule: "var(--rule)",
  mistake: "var(--mistake)",
  model: (index: number): string => `var(--model-${index % 6})`,
} as const;

/** Draws a chart as inline SVG that scales with its container and carries no script, style or fixed size. */
export function renderSvg(option: ChartOption, { width, height, label }: ChartFrame): Html {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: "inherit", color: colour.ink }, ...option });
    const svg = chart.renderToSVGString();
    return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${trustedHtml(
      content(svg),
    )}</svg>`;
  } finally {
    chart.dispose(); // a living chart keeps a timer, and with it the process
  }
}

/** The part inside `<svg>`, without hover rules, background, classes and other marks; text in it is already escaped. */
function content(svg: string): string {
  const bare = svg
    .replace(/^<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/<rect [^>]*id="0"[^>]*><\/rect>/, "")
    .replace(/ class="zr[^"]*"| pointer-events="visible"| xml:space="preserve"| ecmeta_\w+="[^"]*"/g, "")
    .replace(/(id="|url\(#)zr\d+-/g, "$1zr-")
    .trim();
  return bare.replace(/(id="|url\(#)zr-/g, `$1${prefix(bare)}-`);
}

/** A prefix for ids that depends on the drawing alone, so that a report is the same text at every rendering. */
function prefix(drawing: string): string {
  let hash = 0;
  for (let i = 0; i < drawing.length; i++) hash = (Math.imul(hash, 31) + drawing.charCodeAt(i)) | 0;
  return `c${(hash >>> 0).toString(36)}`;
}

/** Style of an axis: quiet lines, labels in the page's muted ink. */
export const axisStyle = {
  nameTextStyle: { color: colour.muted, fontSize: 12 },
  axisLabel: { color: colour.muted, fontSize: 12 },
  axisLine: { show: true, onZero: false, lineStyle: { color: colour.rule } },
  axisTick: { lineStyle: { color: colour.rule } },
  splitLine: { lineStyle: { color: colour.rule, opacity: 0.6 } },
} as const;

/** Name of a horizontal axis, centred below it. */
export const nameBelow = (name: string, gap = 28) => ({ name, nameLocation: "middle" as const, nameGap: gap });
