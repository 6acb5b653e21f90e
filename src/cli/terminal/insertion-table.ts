import { countParameters, type Graph } from "../../graph/graph.js";
import type { Inserted } from "../../insert/insert-attention.js";
import { columns } from "./columns.js";
import { shortened } from "./shortened.js";

const count = (n: number) => n.toLocaleString("en-US");

/** The blocks as a table of at most 80 columns, then the units that are left alone because they have a gate. */
export function insertionTable({ sites, gated }: Inserted): string {
  const twoLayers = sites.some(({ hidden }) => hidden !== undefined);
  const titles = ["stage", "place", "channels", ...(twoLayers ? ["hidden"] : []), "params", "MACs"];
  const rows = sites.map(({ stage, block, name, channels, hidden, params, macs }) => [
    `${stage}.${block}`,
    name,
    count(channels),
    ...(twoLayers ? [hidden === undefined ? "" : count(hidden)] : []),
    count(params),
    macs === undefined ? "" : count(macs),
  ]);
  const units = shortened(
    gated.map(({ name }) => name.replace(/[._][^._]*$/, "")),
    70,
  );
  const left = gated.map(({ stage, block }, i) => `${stage}.${block} ${units[i]}\n`);
  const rest = left.length === 0 ? "" : `\nLeft alone, as they have a gate:\n${left.join("")}`;
  return `${columns(titles, rows, 1)}${rest}`;
}

/** What was inserted, in a few short lines. */
export function insertionSummary(before: Graph, { graph, sites }: Inserted, start: string): string {
  const kinds = new Map<string, number>();
  for (const { kind } of sites) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const places = [...kinds].map(([kind, n]) => `${count(n)} × ${kind}`).join(", ");
  const [old, now] = [countParameters(before), countParameters(graph)];
  const share = old === 0 ? "" : ` (+${((100 * (now - old)) / old).toFixed(2)} %)`;
  const costs = sites.map(({ macs }) => macs);
  const macs = costs.some((cost) => cost === undefined)
    ? "MACs depend on the size of images"
    : `MACs +${count(costs.reduce<number>((sum, cost) => sum + cost!, 0))} an image`;
  return `${count(sites.length)} ${sites.length === 1 ? "block" : "blocks"}: ${places}; start ${start}
parameters ${count(old)} to ${count(now)}${share}, ${macs}
`;
}
