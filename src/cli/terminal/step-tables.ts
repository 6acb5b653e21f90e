import type { StepProfile, StepShare } from "../../train/step-profile.js";
import { columns } from "./columns.js";

/** How many layers are printed: the slowest, in the order of the network. */
const SHOWN = 40;

/** Two tables of 80 columns: where the time of a training step goes, by operator and by layer. */
export function stepTables({ operators, layers }: StepProfile): string {
  const total = operators.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const least = layers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => b - a)[SHOWN - 1] ?? 0;
  const shown = layers.filter(({ milliseconds }) => milliseconds >= least);
  const hidden = layers.length - shown.length;
  const rest = hidden === 0 ? "" : `(${hidden} faster layers are left out; --json has them all)\n`;
  return `${table("operator", operators, total)}\n${table("layer", shown, total)}${rest}`;
}

function table(title: string, shares: readonly StepShare[], total: number): string {
  const rows = shares.map(({ name, nodes, forward, backward, update, milliseconds, bytes }) => [
    short(name),
    `${nodes}`,
    ...[forward, backward, update, milliseconds].map((time) => time.toFixed(1)),
    ((100 * milliseconds) / total).toFixed(1),
    (bytes / 1e6).toFixed(1),
    milliseconds === 0 ? "" : (bytes / 1e6 / milliseconds).toFixed(1),
  ]);
  return columns([title, "nodes", "forw.", "backw.", "update", "ms", "%", "MB", "GB/s"], rows);
}

/** The end of a long name, which tells layers apart. */
function short(name: string): string {
  return name.length > 24 ? `…${name.slice(-23)}` : name;
}
