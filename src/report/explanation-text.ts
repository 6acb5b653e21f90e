import type { SwitchMode } from "../explain/switches.js";
import type { ExplanationResults } from "./explanation-results.js";
import { fixed, plural } from "./format.js";
import { average, classNote, describeNetwork, lossChange, roleOf, switchRow } from "./gate-words.js";
import { setColumns, shorten, wrapText } from "./text-columns.js";

/**
 * An explanation as plain text for an 80-column terminal: what the gates do in words, and a row for each block.
 * @returns lines joined by "\n", without a final one.
 */
export function renderExplained(results: ExplanationResults): string {
  const { model, data, measured, blocks, switched } = results;
  const head = `${shorten(model, 50)} on ${data.name}: ${plural(blocks.length, "block")} with gates, ${plural(measured.images, "image")}, top-1 ${fixed(measured.top1)} %.`;
  const loss = (mode: SwitchMode) => ({
    head: { mean: "loss: mean", one: "1", shuffled: "shuffled" }[mode],
    cells: blocks.map(({ site }) => {
      const row = switched && switchRow(switched, site, mode);
      return row === undefined ? "" : lossChange(row.loss.mean);
    }),
  });
  const chance = blocks.map(({ againstChance }) => againstChance?.etaSquared);
  const columns = [
    { head: "channels", cells: blocks.map(({ channels }) => String(channels)) },
    { head: "mean", cells: blocks.map(({ all }) => fixed(average(all.mean))) },
    { head: "± images", cells: blocks.map(({ all }) => fixed(average(all.std), 3)) },
    { head: "constant", cells: blocks.map(({ constant }) => String(constant)) },
    ...(chance.every((one) => one !== undefined)
      ? [
          { head: "η²", cells: chance.map(({ value }) => fixed(value)) },
          { head: "chance", cells: chance.map((one) => fixed(one.chance)) },
          { head: "p", cells: chance.map(({ p }) => fixed(p, 3)) },
        ]
      : []),
    ...(switched
      ? [
          ...(["mean", "one", "shuffled"] as const).map(loss),
          { head: "found", cells: blocks.map((block) => roleOf(block, switched)) },
        ]
      : []),
  ];
  const words = [describeNetwork(results), classNote(results)].filter((text) => text !== "").join(" ");
  return [
    ...wrapText(head),
    "",
    ...setColumns({ head: "block", cells: blocks.map(({ paper }) => paper) }, columns),
    ...(words === "" ? [] : ["", ...wrapText(words)]),
  ].join("\n");
}
