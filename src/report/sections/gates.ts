import { fixed } from "../format.js";
import {
  describeGates,
  type GatedModel,
  type GateStatistics,
  gateStatistics,
  gatesBySite,
} from "../gate-statistics.js";
import { type Html, html } from "../markup.js";
import { figure, modelName } from "./markup-table.js";

type Charts = typeof import("../charts.js");

/** What the channel gates of every attention block do on the test images, one panel per model that has gates. */
export function gatesSection({ models }: { readonly models: readonly GatedModel[] }, charts: Charts): Html {
  const panels = models.flatMap((model, index) =>
    model.runs[0]!.gates.length > 0 || model.spatialGates ? [panel(model, index, charts)] : [],
  );
  if (panels.length === 0) return html``;
  return html`<section>
<h2>What the gates do</h2>
<p>A gate is the number, between 0 and 1 where it is made by a sigmoid, by which a block multiplies one channel. It is computed
anew for every image: near 1 the channel passes, near 0 it is silenced.</p>
${panels}
</section>`;
}

function panel(model: GatedModel, index: number, charts: Charts): Html {
  return html`<h3>${modelName(model.name, index)}</h3>
${model.runs[0]!.gates.length > 0 && channelGates(model, index, charts)}
${Number(model.spatialGates) > 0 && html`<p class="note">${spatialNote(Number(model.spatialGates))}</p>`}`;
}

function spatialNote(count: number): string {
  return count === 1
    ? "One gate that weighs places of the map, not channels, is not shown."
    : `${count} gates that weigh places of the map, not channels, are not shown.`;
}

function channelGates(model: GatedModel, index: number, charts: Charts): Html {
  const blocks = gateStatistics(model);
  const sites = gatesBySite(model);
  const several = model.runs.length > 1 ? " Thin lines: the other seeds." : "";
  return html`<div class="columns">
${spread(blocks, index, charts)}
<div><p>${describeGates(blocks)}</p>
<p class="note">Below: one chart per block, in the order of the network. Channels stand in ascending order of their mean gate, because
their numbering means nothing across seeds. Bold line and band: seed ${model.runs[0]!.seed}, mean and one standard deviation over the
test images.${several} Dotted: ½, where an untrained gate starts. Above each chart: the mean
over channels and seeds, and how far a gate varies from image to image and between the means of the classes.</p></div>
</div>
<div class="multiples">
${blocks.map((block, k) => {
  const label = `Mean gates of ${block.site}: ${fixed(block.mean)} on average over ${block.channels} channels.`;
  return figure(block.site, charts.gateChart(sites[k]!, { index, label }), caption(block));
})}
</div>`;
}

function spread(blocks: readonly GateStatistics[], index: number, charts: Charts): Html {
  const classes = blocks.map((block) => block.acrossClasses);
  const known = classes.every((value) => value !== undefined);
  const lines = [
    { name: "across channels", style: "dotted" as const, values: blocks.map((block) => block.acrossChannels) },
    { name: "across images", style: "dashed" as const, values: blocks.map((block) => block.acrossImages) },
    ...(known ? [{ name: "across classes", style: "solid" as const, values: classes }] : []),
  ];
  const label = `Standard deviation of the gates by block: ${lines.map((line) => line.name).join(", ")}.`;
  const note = html`Standard deviation of the gates, mean over seeds: dotted across channels, dashed across images${known && ", solid across the means of the classes"}.`;
  return figure(
    "Spread of the gates, from the first block to the last",
    charts.spreadChart(
      blocks.map((b) => b.site),
      lines,
      { index, label },
    ),
    note,
  );
}

function caption({ mean, acrossImages, acrossClasses }: GateStatistics): string {
  const classes = acrossClasses === undefined ? "" : `, classes ±${fixed(acrossClasses, 3)}`;
  return `mean ${fixed(mean)}, images ±${fixed(acrossImages, 3)}${classes}`;
}
