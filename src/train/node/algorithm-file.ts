import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { optionError } from "../../errors.js";
import { replaceFile } from "../../files/node/replace-file.js";
import { cacheHome } from "../../files/node/settings.js";
import { type AlgorithmTable, algorithmTable } from "../algorithm-table.js";

/**
 * Where the table of an engine on a machine is kept: `~/.cache/senet/algorithms/…json`, or in `XDG_CACHE_HOME`.
 * @example
 * ```ts
 * import { cachedTablePath, nodeRuntime, readTable } from "senet/node";
 * import { emptyTable } from "senet/step";
 *
 * const runtime = nodeRuntime();
 * const table = await emptyTable(runtime, "this CPU");
 * await runtime.close();
 * const known = await readTable(cachedTablePath(table)); // undefined where nothing was measured yet
 * console.log(known === undefined || known.cpu === table.cpu); // true
 * ```
 */
export function cachedTablePath({ engine, cpu, channelBlock }: AlgorithmTable): string {
  const key = createHash("sha256")
    .update(JSON.stringify([engine, cpu, channelBlock]))
    .digest("hex")
    .slice(0, 16);
  return join(cacheHome(), "senet", "algorithms", `${key}.json`);
}

/**
 * The table in a file, undefined where there is no such file. @throws UserError when it holds anything else.
 * @example
 * ```ts
 * import { readTable } from "senet/node";
 *
 * console.log(await readTable("not-measured.json")); // undefined
 * ```
 */
export async function readTable(path: string): Promise<AlgorithmTable | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw optionError("table", `cannot read ${path} (${error.message}); give another file`);
  });
  if (text === undefined) return undefined;
  const table = algorithmTable.safeParse(parsed(text)).data;
  if (table !== undefined) return table;
  throw optionError("table", `got ${path}, which is no table of algorithms; remove it, or give another file`);
}

/**
 * Writes a table, whole or not at all.
 * @example
 * ```ts
 * import { readTable, writeTable } from "senet/node";
 *
 * const milliseconds = { "ConvInputGradient 8x16x8x8": { taps: 4, woven: 2 } };
 * await writeTable("algorithms.json", { format: "senet algorithms 1", engine: "", cpu: "mine", milliseconds });
 * console.log((await readTable("algorithms.json"))?.cpu); // mine
 * ```
 */
export async function writeTable(path: string, table: AlgorithmTable): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, `${JSON.stringify(table, null, 1)}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw optionError("table", `cannot write ${path} (${reason}); give a file`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
