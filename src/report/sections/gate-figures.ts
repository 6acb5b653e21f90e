import type { GateLine } from "../charts/class-gates.js";
import { shortNames } from "../class-names.js";
import type { ExplanationResults } from "../explanation-results.js";
import { fixed } from "../format.js";
import { average, describeBlock } from "../gate-words.js";
import { type Html, html } from "../markup.js";
import { figure } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** Classes whose spread is drawn: more bands hide each other. */
const mostBands = 2;

/** One figure of a block, by the name of its file. */
export interface GateFigure {
  readonly name: string;
  readonly block: string;
  readonly chart: Html;
  /** What the mouse shows. */
  readonly points: ChartPoints;
}

/** What a chart draws, as numbers: a row of values for each line. */
export interface ChartPoints {
  readonly channels: readonly number[];
  readonly lines: readonly {
    readonly name: string;
    readonly mean: readonly number[];
    readonly std: readonly number[];
  }[];
}

/** The paper's figures 6 and 7 for every block: means by class, and two classes with their spread. */
export function gateFigures({ blocks, shown, data }: ExplanationResults, charts: Charts): GateFigure[] {
  const names = shortNames(data.classes);
  return blocks.flatMap((block) => {
    const channels = charts.drawnChannels(block.all);
    const classes = block.classes.map((gates, i): GateLine => ({ name: names[shown[i]!]!, gates, index: i + 1 }));
    const all: GateLine = { name: "all images", gates: block.all, index: undefined };
    const label = `Gates of ${block.site}: ${fixed(average(block.all.mean))} on average`;
    const spread = classes.filter(({ gates }) => gates.images > 1).slice(0, mostBands);
    const bands = spread.length === 0 ? [all] : spread;
    const drawn = [
      { kind: "mean", lines: [...classes, all], bands: false },
      { kind: "spread", lines: bands, bands: true },
    ];
    return drawn.map(({ kind, lines, bands }) => ({
      name: `${block.paper}-${kind}`,
      block: block.site,
      chart: charts.classGatesChart(lines, {
        channels,
        bands,
        label: `${label}; ${lines.map(({ name }) => name).join(", ")}.`,
      }),
      points: pointsOf(lines, channels),
    }));
  });
}

function pointsOf(lines: readonly GateLine[], channels: readonly number[]): ChartPoints {
  const digits = (values: readonly number[]) => channels.map((c) => Number(values[c]!.toFixed(4)));
  return {
    channels,
    lines: lines.map(({ name, gates }) => ({ name, mean: digits(gates.mean), std: digits(gates.std) })),
  };
}

/** Every block with its figures and what they say. */
export function gateFiguresSection(results: ExplanationResults, figures: readonly GateFigure[]): Html {
  const { blocks, shown, data, switched } = results;
  const names = shortNames(data.classes);
  return html`<section>
<h2>Block by block</h2>
<p class="note">Left: the mean gate of each channel, a line for each class and the bold one for all images, as in the paper's
figure 6. Right: two classes with one standard deviation within the class, as in its figure 7; all images where no class has two.
Channels stand in ascending order of their mean over all images.</p>
<p class="legend">${shown.map((label, i) => html`<span class="chip" style="--chip:var(--model-${(i + 1) % 6})">${names[label]}</span>`)}<span class="chip" style="--chip:var(--ink)">all images</span></p>
${blocks.map((block, b) => {
  const [mean, spread] = [figures[2 * b]!, figures[2 * b + 1]!];
  return html`<h3 id="${block.paper}">${block.paper} <span class="share">${block.site}</span></h3>
<p>${describeBlock(block, switched)}</p>
<div class="columns">${figure("Mean by class", withPoints(mean))}${figure("Spread within a class", withPoints(spread))}</div>`;
})}
</section>`;
}

/** A chart with its numbers, for the script that answers to the mouse. */
function withPoints({ chart, points }: GateFigure): Html {
  return html`<div class="live" data-points="${JSON.stringify(points)}">${chart}</div>`;
}
