import type { Dataset } from "../../data/dataset.js";
import { datasetTitle } from "../../data/node/open.js";
import { quantileShares } from "../../explain/gate-tally.js";
import { writeNpy } from "../../files/npy.js";
import type { ExplanationResults } from "../../report/explanation-results.js";
import { settingsOf } from "../evaluation/evaluation-results.js";
import type { ModelQuery } from "../model/model-query.js";
import { environment } from "../run/environment.js";
import type { ExplainedModel, OpenedToExplain } from "./explain-model.js";

/** An explanation that is through, and how it came about. */
export interface FinishedExplanation extends ExplainedModel {
  readonly query: ModelQuery;
  readonly opened: OpenedToExplain;
  /** The dataset as it was asked for, and opened. */
  readonly spec: string;
  readonly dataset: Dataset;
  /** Images the model took at a time, and threads of the engine. */
  readonly batch: number;
  readonly threads: number;
  /** How it was started, for people: a command line. */
  readonly command: string;
}

/** Says what an explanation has found, as its page shows it. */
export function explanationResults(finished: FinishedExplanation): ExplanationResults {
  const { query, opened, spec, dataset, gates, switched, seconds, command, batch, threads } = finished;
  return {
    created: new Date().toISOString(),
    command,
    environment: environment(),
    model: query.model,
    data: { name: datasetTitle(spec, dataset), classes: dataset.classes, images: dataset.test.length },
    settings: settingsOf({ query, classifier: opened, views: undefined, batch, threads }),
    measured: gates.answers.read(),
    blocks: gates.blocks,
    spatial: gates.spatial,
    shown: gates.shown,
    switched,
    seconds,
  };
}

/** Writes the text of `explanation.json`: every number of the page. */
export function explanationDocument(results: ExplanationResults): string {
  const { measured, switched, data, blocks, ...rest } = results;
  const { images, top1, top5, loss } = measured;
  const document = {
    ...rest,
    data: data.name,
    images,
    of: data.images,
    ...{ top1, top5, loss },
    classes: results.shown.map((label) => ({ label, name: data.classes[label] })),
    quantileShares,
    // Where the channels of each block stand on the last axis of the .npy files.
    blocks: blocks.map((block, b) => ({ ...block, first: firstChannel(results, b) })),
    switched: switched && {
      ...switched,
      means: Object.fromEntries([...switched.means].map(([site, means]) => [site, [...means]])),
    },
  };
  return `${JSON.stringify(document, (_, value: unknown) => (typeof value === "number" ? rounded(value) : value))}\n`;
}

/** The table of blocks as CSV. */
export function explanationTable({ blocks, switched }: ExplanationResults): string {
  const mean = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const rows = blocks.map((block) => ({
    block: block.paper,
    module: block.site,
    channels: block.channels,
    images: block.all.images,
    mean: mean(block.all.mean),
    std_over_images: mean(block.all.std),
    below_0_05: block.low,
    above_0_95: block.high,
    constant_channels: block.constant,
    eta_squared: block.etaSquared,
    eta_squared_by_chance: block.againstChance?.etaSquared.chance,
    eta_squared_p: block.againstChance?.etaSquared.p,
    selectivity: block.selectivity,
    selectivity_by_chance: block.againstChance?.selectivity.chance,
    selectivity_p: block.againstChance?.selectivity.p,
    squeeze_gate_correlation: mean(block.correlation),
    ...Object.fromEntries(
      (switched?.rows ?? [])
        .filter(({ site }) => site === block.site)
        .flatMap(({ mode, loss, accuracy }) => [
          [`loss_${mode}`, loss.mean],
          [`loss_${mode}_low`, loss.interval[0]],
          [`loss_${mode}_high`, loss.interval[1]],
          [`accuracy_${mode}`, accuracy.mean],
        ]),
    ),
  }));
  const heads = Object.keys(rows[0] ?? {});
  const cell = (value: unknown) => {
    const text = typeof value === "number" ? String(rounded(value)) : String(value ?? "");
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => heads.map((head) => cell((row as Record<string, unknown>)[head])).join(","));
  return `${[heads.join(","), ...lines].join("\n")}\n`;
}

/**
 * Gates as arrays: `gates-mean.npy` and `gates-std.npy` [classes + 1, channels of all blocks], NaN for a class without
 * images, the last row over all images; `gates-quantiles.npy` [5, shown classes + 1, channels].
 */
export function gateArrays({ blocks, shown, data }: ExplanationResults, { gates }: Pick<ExplainedModel, "gates">) {
  const classes = data.classes.length;
  const width = blocks.reduce((sum, { channels }) => sum + channels, 0);
  const [mean, std] = [new Float32Array((classes + 1) * width), new Float32Array((classes + 1) * width)];
  const quantiles = new Float32Array(quantileShares.length * (shown.length + 1) * width);
  let first = 0;
  for (const [b, block] of blocks.entries()) {
    const moments = gates.gates.moments(b);
    for (let c = 0; c < block.channels; c++) {
      for (let k = 0; k < classes; k++) {
        mean[k * width + first + c] = moments.mean(k, c);
        std[k * width + first + c] = moments.deviation(k, c);
      }
      mean[classes * width + first + c] = block.all.mean[c]!;
      std[classes * width + first + c] = block.all.std[c]!;
      for (const [row, own] of [...block.classes, block.all].entries()) {
        for (const [q, values] of own.quantiles.entries()) {
          quantiles[(q * (shown.length + 1) + row) * width + first + c] = values[c]!;
        }
      }
    }
    first += block.channels;
  }
  return new Map([
    ["gates-mean.npy", writeNpy([classes + 1, width], mean)],
    ["gates-std.npy", writeNpy([classes + 1, width], std)],
    ["gates-quantiles.npy", writeNpy([quantileShares.length, shown.length + 1, width], quantiles)],
  ]);
}

function firstChannel({ blocks }: ExplanationResults, block: number): number {
  return blocks.slice(0, block).reduce((sum, { channels }) => sum + channels, 0);
}

/** Six digits: more are noise of float32. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
