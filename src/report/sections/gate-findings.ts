import type { BlockGates } from "../../explain/gate-tally.js";
import type { SwitchEffect, SwitchRow, SwitchTable } from "../../explain/switch-off.js";
import { switchModes } from "../../explain/switches.js";
import type { ExplanationResults } from "../explanation-results.js";
import { fixed, formatCount, signed } from "../format.js";
import { average, classNote, describeNetwork, lossChange, roleOf, switchRow } from "../gate-words.js";
import { type Content, type Html, html } from "../markup.js";
import { type Column, figure, table } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** What the gates do, in words, as a chart over depth and as a table. */
export function findingsSection(results: ExplanationResults, charts: Charts): Html {
  const { blocks, spatial, switched } = results;
  const known = blocks.every(({ againstChance }) => againstChance !== undefined);
  return html`<section>
<h2>What the gates do</h2>
<p>${describeNetwork(results)} ${classNote(results)}</p>
<div class="columns">${depth(blocks, charts)}${dependence(blocks, charts)}</div>
<div class="sortable">${table("Each block on all images. η² is the share of variance that lies between classes, p how likely chance alone makes one of all blocks stand out as much; r is the correlation of squeeze and gate.", columns(switched, known), blocks)}</div>
${spatial > 0 && html`<p class="note">${spatial === 1 ? "One gate weighs" : `${spatial} gates weigh`} places of the map, not channels; switching off counts ${spatial === 1 ? "it" : "them"} too.</p>`}
</section>`;
}

function columns(switched: SwitchTable | undefined, classes: boolean): Column<BlockGates>[] {
  const percent = (share: number) => fixed(100 * share, 0);
  const own: Column<BlockGates>[] = [
    { head: "block", cell: ({ paper }) => html`<a href="#${paper}">${paper}</a>` },
    { head: "module", text: true, cell: ({ site }) => site },
    { head: "channels", cell: ({ channels }) => formatCount(channels) },
    { head: "mean", cell: ({ all }) => fixed(average(all.mean)) },
    { head: "± images", cell: ({ all }) => fixed(average(all.std), 3) },
    { head: "% below 0.05", cell: ({ low }) => percent(low) },
    { head: "% above 0.95", cell: ({ high }) => percent(high) },
    { head: "constant", cell: ({ constant }) => formatCount(constant) },
    { head: "r", cell: ({ correlation }) => meanOf(correlation) },
  ];
  const byClass: Column<BlockGates>[] = [
    { head: "η²", cell: ({ etaSquared }) => fixed(etaSquared ?? Number.NaN) },
    { head: "by chance", cell: (block) => chance(block, (one) => fixed(one.chance)) },
    { head: "p", cell: (block) => chance(block, ({ p }) => fixed(p, 3)) },
    { head: "selectivity", cell: ({ selectivity }) => fixed(selectivity ?? Number.NaN, 3) },
    { head: "p", cell: ({ againstChance }) => fixed(againstChance?.selectivity.p ?? Number.NaN, 3) },
  ];
  const found: Column<BlockGates> = { head: "found", text: true, cell: (block) => roleOf(block, switched) };
  return [...own, ...(classes ? byClass : []), ...(switched === undefined ? [] : [found])];
}

function chance(
  { againstChance }: BlockGates,
  text: (figure: NonNullable<BlockGates["againstChance"]>["etaSquared"]) => string,
): string {
  return againstChance === undefined ? "—" : text(againstChance.etaSquared);
}

function meanOf(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? "—" : signed(average(known));
}

function depth(blocks: readonly BlockGates[], charts: Charts): Html {
  const lines = [
    { name: "mean", style: "solid" as const, values: blocks.map(({ all }) => average(all.mean)) },
    { name: "below 0.05", style: "dotted" as const, values: blocks.map(({ low }) => low) },
    { name: "above 0.95", style: "dashed" as const, values: blocks.map(({ high }) => high) },
  ];
  const sites = blocks.map(({ paper }) => paper);
  return figure(
    "Open or shut, from the first block to the last",
    charts.spreadChart(sites, lines, { index: 1, label: "Mean gate and saturation by block." }),
    "Solid: mean gate. Dotted: share of gates below 0.05; dashed: above 0.95.",
  );
}

function dependence(blocks: readonly BlockGates[], charts: Charts): Html {
  const known = blocks.flatMap(({ paper, againstChance }) =>
    againstChance ? [{ paper, ...againstChance.etaSquared }] : [],
  );
  if (known.length < blocks.length) return html``;
  const lines = [
    { name: "η²", style: "solid" as const, values: known.map(({ value }) => value) },
    { name: "chance", style: "dotted" as const, values: known.map((one) => one.chance95) },
  ];
  return figure(
    "How far the class decides the gates",
    charts.spreadChart(
      known.map(({ paper }) => paper),
      lines,
      { index: 2, label: "Share of the gates' variance between classes, by block." },
    ),
    "Solid: η², the share of variance between classes. Dotted: 95 of 100 permutations of the labels stay below.",
  );
}

/** What the answers become with gates switched off. */
export function switchSection({ switched, blocks }: ExplanationResults): Html {
  if (switched === undefined) return html``;
  const sites = [...new Set(switched.rows.map(({ site }) => site))];
  const name = (site: string | undefined) =>
    site === undefined ? "all blocks" : (blocks.find((block) => block.site === site)?.paper ?? site);
  const words = { mean: "their mean", one: "1", shuffled: "another image’s" };
  const heads = switchModes.map(
    (mode): Column<string | undefined> => ({
      head: `with ${words[mode]}`,
      cell: (site) => effects(switchRow(switched, site, mode)),
    }),
  );
  return html`<section>
<h2>Switched off</h2>
<p>What changes on ${formatCount(switched.images)} images when the gates of a block are replaced: by their mean, which is a constant
scale; by 1; by those of another image. Loss in nats, above 0 is worse; accuracy in points. Small: the 95 % interval, images paired.
Gates that look at the image lose by the mean already; a learnt scale loses by 1 alone.</p>
<div class="sortable">${table(
    `As it is: loss ${fixed(switched.loss, 3)}, accuracy ${fixed(100 * switched.accuracy, 1)} %.`,
    [{ head: "block", cell: name }, ...heads],
    sites,
  )}</div>
</section>`;
}

function effects(row: SwitchRow | undefined): Content {
  if (row === undefined) return "—";
  return html`${effect(row.loss, "loss")}<br>${effect(row.accuracy, "accuracy")}`;
}

function effect({ mean, interval: [low, high] }: SwitchEffect, of: "loss" | "accuracy"): Content {
  const [times, unit] = of === "loss" ? [1, ""] : [100, " points"];
  const worse = of === "loss" ? low > 0 : high < 0;
  const text = `${lossChange(times * mean, of === "loss" ? 3 : 1)}${unit}`;
  const [from, to] = [low, high].map((end) => lossChange(times * end, of === "loss" ? 3 : 1));
  return html`${worse ? html`<span class="bad">${text}</span>` : text} <small class="share">${from} to ${to}</small>`;
}
