import { signal } from "@preact/signals";
import type { RunEpoch, RunSummary } from "senet/node";

/** The runs of the server that gave this page; undefined while nothing is known, null where no server knows of runs. */
export const runs = signal<readonly RunSummary[] | null | undefined>(undefined);

/** Milliseconds between two looks at what has changed. */
const period = 2000;

let version = "";
let followed = 0;

/** Follows the runs as long as somebody looks. @returns what ends it. */
export function followRuns(): () => void {
  followed++;
  if (followed === 1) void follow();
  return () => {
    followed--;
  };
}

async function follow(): Promise<void> {
  while (followed > 0) {
    await refresh();
    if (runs.value === null) return;
    await new Promise((resolve) => setTimeout(resolve, period));
  }
}

async function refresh(): Promise<void> {
  const response = await fetch("./api/runs", { headers: version ? { "if-none-match": version } : {} }).catch(
    () => undefined,
  );
  if (response?.status === 304) return;
  if (response?.ok !== true || !response.headers.get("content-type")?.startsWith("application/json")) {
    if (runs.value === undefined) runs.value = null; // A server that is gone for a moment leaves what it said.
    return;
  }
  version = response.headers.get("etag") ?? "";
  runs.value = (await response.json()) as readonly RunSummary[];
}

const kept = new Map<string, { readonly changed: number; readonly epochs: Promise<readonly RunEpoch[]> }>();

/** The epochs of a run, fetched again where it has changed. */
export function epochsOf({ name, changed }: RunSummary): Promise<readonly RunEpoch[]> {
  const known = kept.get(name);
  if (known?.changed === changed) return known.epochs;
  const epochs = fetch(`./api/epochs?run=${encodeURIComponent(name)}`).then(
    async (response) => (response.ok ? ((await response.json()) as readonly RunEpoch[]) : []),
    () => [],
  );
  kept.set(name, { changed, epochs });
  return epochs;
}
