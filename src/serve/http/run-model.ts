import { UserError } from "../../errors.js";
import type { Tensors } from "../../runtime/runtime.js";
import type { RunOptions } from "../engine/scheduler.js";
import { Refusal } from "../refusal.js";
import type { ServedModel } from "../repository/served-model.js";
import type { FailureReason } from "../statistics/model-statistics.js";
import type { Context } from "./context.js";

/** Runs a model for a request, and counts what becomes of it. @throws as the scheduler's `run`. */
export async function runModel(
  { scheduler }: Pick<Context, "scheduler">,
  { servable, statistics }: Pick<ServedModel, "servable" | "statistics">,
  feeds: Tensors,
  options: RunOptions,
): Promise<Tensors> {
  const began = performance.now();
  statistics.begin();
  try {
    const ran = await scheduler.run(servable, feeds, options);
    const rows = feeds[servable.inputs[0]!.name]?.shape[0] ?? 1;
    statistics.succeeded(ran, rows, performance.now() - began);
    return ran.outputs;
  } catch (error) {
    statistics.fail(reasonOf(error), performance.now() - began);
    throw error;
  }
}

function reasonOf(error: unknown): FailureReason {
  if (error instanceof Refusal) return error.status === 499 ? "CANCELED" : error.status === 400 ? "OTHER" : "REJECTED";
  return error instanceof UserError ? "OTHER" : "BACKEND";
}
