import { optionError, UserError } from "../../errors.js";
import type { ChosenDrops } from "../../explain/choose-drops.js";
import type { WithoutGates } from "../../explain/drop-gates.js";
import { findGates, type GateSite } from "../../explain/find-gates.js";
import type { FindClassifierOptions } from "../classifier/find-classifier.js";
import { openTestData, type TestDataOptions } from "../evaluation/open-test-data.js";
import { type ModelQuery, queryOf } from "../model/model-query.js";
import { openToExplain } from "./explain-model.js";

/** Which gates are dropped, and what they are measured on. */
export interface DropFromModelOptions {
  /** Blocks by module or as the paper names them, or `auto`: those that are not missed. */
  readonly dropGates: readonly string[] | "auto";
  /** The dataset whose test images say what the gates are on average. */
  readonly data: string;
  /** With `auto`: how much the loss may rise at most, in nats (0.01 by default). */
  readonly maxDrop?: number | undefined;
  /** Test images at most, evenly spread (500 by default). */
  readonly images?: number | undefined;
  readonly threads?: number | undefined;
  readonly opening?: FindClassifierOptions | undefined;
  readonly testData?: TestDataOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the share that is done, 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** A model without some of its gates, and how they were chosen. */
export interface DroppedFromModel extends WithoutGates {
  /** Of `auto` alone. */
  readonly chosen?: ChosenDrops | undefined;
}

/**
 * Opens a model and replaces gates by their means over test images.
 * @throws UserError for a block that does not exist, or as `openToExplain` and `openTestData`.
 * @example
 * ```ts
 * import { dropFromModel } from "senet/node";
 *
 * const testData = { testLimit: 32 };
 * const { dropped } = await dropFromModel("model.onnx", { dropGates: ["SE_2_1"], data: "glyphs", testData });
 * console.log(dropped[0]?.site); // layer1.0.se
 * ```
 */
export async function dropFromModel(
  of: string | ModelQuery,
  { dropGates: which, data, maxDrop, images = 500, threads, opening, testData, signal, onShare }: DropFromModelOptions,
): Promise<DroppedFromModel> {
  const { chooseDrops, meanGates } = await import("../../explain/choose-drops.js");
  const { dropGates } = await import("../../explain/drop-gates.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const query = queryOf(of);
  const opened = await openToExplain(query, opening);
  const { model, output } = opened;
  const wanted = which === "auto" ? undefined : sitesNamed(which, findGates(model.graph));
  const dataset = await openTestData(data, query.model, opened, testData);
  const runtime = nodeRuntime({ threads });
  try {
    const options = { runtime, ...model, dataset, most: images, batch: 32, output, signal, onShare };
    if (wanted === undefined) {
      const chosen = await chooseDrops({ ...options, maxDrop });
      return { ...dropGates(model, chosen.scales), chosen };
    }
    const means = await meanGates(options);
    return dropGates(model, new Map(wanted.map(({ site }) => [site, means.get(site)!])));
  } finally {
    await Promise.all([runtime.close(), dataset.close?.()]);
  }
}

/** @throws UserError for a name that no block of channels has. */
function sitesNamed(names: readonly string[], sites: readonly GateSite[]): GateSite[] {
  if (sites.length === 0)
    throw new UserError("got a model without gates; expected one with some to drop", { option: "dropGates" });
  const found = names.map((name) => {
    const site = sites.find((one) => one.site === name || one.paper === name);
    if (site?.kind === "channel") return site;
    const some = sites.filter(({ kind }) => kind === "channel").slice(0, 4);
    const expected = some.map((one) => `${one.paper} (${one.site})`).join(", ");
    throw optionError("dropGates", `got ${name}; expected blocks such as ${expected}, or auto`);
  });
  return [...new Set(found)];
}
